package io.vfiouser.nvme.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.block.BlockChannel;
import io.vfiouser.nvme.block.BlockRequest;
import io.vfiouser.nvme.block.BlockStatus;
import io.vfiouser.nvme.block.FileBlockDevice;
import io.vfiouser.nvme.spec.IoCommand;
import io.vfiouser.nvme.testing.HostCompletion;
import io.vfiouser.nvme.testing.HostQueue;
import io.vfiouser.nvme.testing.InMemoryGuest;
import io.vfiouser.nvme.testing.NvmeHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A pause with threads, and a file whose only worker has something else to do. */
@Timeout(60)
class QuiesceThreadTest {
    private static final int BLOCK = 512;
    /** No more than are fetched for one worker. */
    private static final int WRITES = 60;

    /** A flush, by which the test gets hold of the worker. */
    private static final class Flush extends BlockRequest {
        private boolean ended;

        @Override
        protected void completed(BlockStatus status) {
            ended = true;
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void thePauseIsReachedLongBeforeEverythingIsWritten(boolean event, @TempDir Path folder) throws IOException {
        Path image = folder.resolve("disk.img");
        Files.write(image, new byte[WRITES * BLOCK]);
        CountDownLatch workerIsFree = new CountDownLatch(1);
        try (FileBlockDevice device = FileBlockDevice.builder(image).workers(1).open();
                InMemoryGuest guest = InMemoryGuest.trapped(device)) {
            PollerThread thread = new PollerThread(
                    guest.controller().pollers().getFirst(),
                    event ? IdlePolicy.EVENT : IdlePolicy.ADAPTIVE,
                    "quiesce-poller",
                    () -> {});
            guest.leavePollersToThreads();
            thread.start();
            NvmeHost host = new NvmeHost(guest);
            host.enable();
            HostQueue queue = host.createQueues(1, 128);
            Flush flush = new Flush();
            try (BlockChannel busy = device.openChannel(() -> awaitQuietly(workerIsFree))) {
                busy.submit(flush.flush());
                for (int i = 0; i < WRITES; i++) {
                    long data = host.allocate(1);
                    host.slice(data, BLOCK).fill((byte) (i + 1));
                    int block = i;
                    int ignored = queue.put((sq, at, cid) -> IoCommand.write(sq, at, cid, 1, block, 1, 0, data, 0));
                }
                int refused = queue.put((sq, at, cid) -> IoCommand.flush(sq, at, cid, 99));
                queue.ring();
                assertThat(queue.reap().commandId())
                        .as("the last one: the others were fetched before")
                        .isEqualTo(refused);
                guest.controller().pause(true);
                host.await("the pause", guest.controller()::paused);
                assertThat(guest.controller().stoppable()).isEmpty();
                assertThat(guest.controller().pollers().getFirst().heldCommands())
                        .hasSize(WRITES);
                workerIsFree.countDown();
                host.await("the worker", () -> busy.poll() >= 0 && flush.ended);
            }
            assertThat(Files.readAllBytes(image)).as("nothing is written later").containsOnly(0);

            guest.controller().resume();
            assertThat(queue.reap(WRITES))
                    .allSatisfy(HostCompletion::orThrow)
                    .extracting(HostCompletion::commandId)
                    .doesNotHaveDuplicates();
            byte[] written = Files.readAllBytes(image);
            for (int i = 0; i < WRITES; i++) {
                assertThat(written[i * BLOCK]).isEqualTo((byte) (i + 1));
            }
            guest.controller().pause();
            host.await("the pause", guest.controller()::paused);
            thread.close();
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        while (latch.getCount() > 0) {
            LockSupport.parkNanos(1_000_000);
        }
    }
}
