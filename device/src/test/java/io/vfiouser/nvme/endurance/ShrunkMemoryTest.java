package io.vfiouser.nvme.endurance;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.spec.ControllerStatus;
import io.vfiouser.nvme.spec.IoCommand;
import io.vfiouser.nvme.spec.SglDescriptor;
import io.vfiouser.nvme.spec.SubmissionEntry;
import io.vfiouser.nvme.testing.ClientTransport;
import io.vfiouser.nvme.testing.HostQueue;
import io.vfiouser.nvme.testing.NvmeHost;
import io.vfiouser.os.MemFd;
import io.vfiouser.os.Protection;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Guests that cut their memory off while a server works in it. The error comes late, and in compiled code elsewhere than in
 * interpreted code, so the same server sees it again and again, at first cold, then hot.
 */
class ShrunkMemoryTest {
    private static final long IOVA = 0x8000_0000L;
    private static final int QUEUE_ENTRIES = 256;
    private static final int BATCH = 128;
    private static final int BLOCKS = 8;
    /** So many are copied in another way than few are. */
    private static final int MANY_BLOCKS = 128;

    private static final int BLOCK_BYTES = 512;
    /** At first the server runs interpreted code, in the end compiled code. */
    private static final int GUESTS = 12;

    private static final int COMMANDS_MORE_EACH_TIME = 100;

    @TempDir
    private Path folder;

    @Test
    @Timeout(120)
    void theServerAndTheNextClientOutliveGuestsThatShrinkTheirMemoryUnderHotIo() throws Exception {
        shrink(GUESTS, 100, BLOCKS);
    }

    @Test
    @Timeout(120)
    void theServerAndTheNextClientOutliveGuestsThatShrinkTheirMemoryUnderLongTransfers() throws Exception {
        shrink(GUESTS, 20, MANY_BLOCKS);
    }

    @Test
    @Tag("soak")
    @Timeout(1800)
    void theServerOutlivesTwoHundredGuestsThatShrinkTheirMemoryUnderHotIo() throws Exception {
        shrink(200, 200, BLOCKS);
        shrink(200, 40, MANY_BLOCKS);
    }

    /** A poller that waits looks at the place of the next entry, without having been told of one. */
    @Test
    @Timeout(120)
    void theServerOutlivesGuestsThatCutOffTheQueueItWaitsAt() throws Exception {
        Path socket = folder.resolve("s");
        try (ServerProcess server = ServerProcess.optimising(socket, "--ram", "16M")) {
            for (int i = 0; i < GUESTS; i++) {
                cutOffQueue(socket, i * COMMANDS_MORE_EACH_TIME);
                assertThat(server.isAlive()).as(server.toString()).isTrue();
            }
            assertThat(server.terminate()).isZero();
        }
    }

    private static void cutOffQueue(Path socket, int commandsBefore) {
        try (ClientTransport transport = new ClientTransport(socket)) {
            NvmeHost host = new NvmeHost(transport);
            host.enable();
            long buffer = host.allocate(1);
            HostQueue queue = host.createQueues(1, QUEUE_ENTRIES);
            for (int i = 0; i <= commandsBefore; i++) {
                queue.execute((sq, at, cid) -> IoCommand.read(sq, at, cid, 1, 0, BLOCKS, buffer, 0))
                        .orThrow();
            }
            transport.file().resize(host.at(queue.submissionBase()));
            host.await("CSTS.CFS", () -> ControllerStatus.fatal(host.status()));
        }
    }

    private void shrink(int times, int warmUpBatches, int blocks) throws Exception {
        Path socket = folder.resolve("s");
        try (ServerProcess server = ServerProcess.optimising(socket, "--ram", "16M")) {
            for (int i = 0; i < times; i++) {
                shrinkOnce(socket, i % 2 == 0, warmUpBatches, blocks);
                assertThat(server.isAlive()).as(server.toString()).isTrue();
            }
            try (ClientTransport transport = new ClientTransport(socket)) {
                NvmeHost host = new NvmeHost(transport);
                host.enable();
                long buffer = host.allocate(1);
                host.createQueues(1, QUEUE_ENTRIES)
                        .execute((sq, at, cid) -> IoCommand.read(sq, at, cid, 1, 0, BLOCKS, buffer, 0))
                        .orThrow();
            }
            assertThat(server.terminate()).isZero();
        }
    }

    private static void shrinkOnce(Path socket, boolean reads, int warmUpBatches, int blocks) {
        try (ClientTransport transport = new ClientTransport(socket);
                MemFd memory = MemFd.create("shrinking", (long) BATCH * NvmeHost.PAGE + MANY_BLOCKS * BLOCK_BYTES)) {
            NvmeHost host = new NvmeHost(transport);
            host.enable();
            HostQueue queue = host.createQueues(1, QUEUE_ENTRIES);
            transport.client().mapDma(IOVA, memory.lengthBytes(), memory.fd(), 0, Protection.READ_WRITE);
            for (int i = 0; i < warmUpBatches; i++) {
                submit(queue, reads, blocks);
                queue.reap(BATCH - 1).forEach(completion -> completion.orThrow());
            }
            submit(queue, reads, blocks);
            memory.resize(0);
            submit(queue, reads, blocks);
            host.await("CSTS.CFS", () -> ControllerStatus.fatal(host.status()));
        }
    }

    private static void submit(HostQueue queue, boolean reads, int blocks) {
        for (int i = 0; i < BATCH - 1; i++) {
            long page = IOVA + (long) i * NvmeHost.PAGE;
            queue.put((sq, at, cid) -> {
                if (reads) {
                    IoCommand.read(sq, at, cid, 1, 0, blocks, page, 0);
                } else {
                    IoCommand.write(sq, at, cid, 1, 0, blocks, 0, page, 0);
                }
                if (blocks != BLOCKS) {
                    // More than two pages: one descriptor instead of a list of them.
                    long lengthBytes = (long) blocks * BLOCK_BYTES;
                    SubmissionEntry.putSgl(
                            sq, at, page, SglDescriptor.lengthAndType(lengthBytes, SglDescriptor.DATA_BLOCK));
                }
            });
        }
        queue.ring();
    }
}
