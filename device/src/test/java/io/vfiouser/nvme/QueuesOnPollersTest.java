package io.vfiouser.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.block.BlockDevice;
import io.vfiouser.nvme.block.FileBlockDevice;
import io.vfiouser.nvme.block.RamBlockDevice;
import io.vfiouser.nvme.driver.DriverOptions;
import io.vfiouser.nvme.driver.NvmeDriver;
import io.vfiouser.nvme.driver.workload.VerifyRun;
import io.vfiouser.nvme.driver.workload.VerifySettings;
import io.vfiouser.nvme.spec.IoCommand;
import io.vfiouser.nvme.testing.ClientTransport;
import io.vfiouser.nvme.testing.HostCompletion;
import io.vfiouser.nvme.testing.HostQueue;
import io.vfiouser.nvme.testing.NvmeHost;
import io.vfiouser.nvme.testing.SlowBlockDevice;
import io.vfiouser.os.MemFd;
import io.vfiouser.os.Protection;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.locks.Lock;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Several pollers over the real socket: queues go from one to another under a load that checks everything. */
@Tag("alone")
@Timeout(120)
class QueuesOnPollersTest {
    private static final int QUEUES = 4;
    private static final long SIZE = 16 << 20;
    private static final long ELSEWHERE = 0x8000_0000_0000L;

    @TempDir
    Path folder;

    private NvmeDevice start(BlockDevice backEnd, DoorbellMode doorbells, PollMode poll) {
        return NvmeDevice.builder()
                .namespace(backEnd)
                .socket(folder.resolve("s"))
                .doorbells(doorbells)
                .poll(poll)
                .pollers(2)
                .start();
    }

    private BlockDevice file() throws IOException {
        Path image = folder.resolve("disk");
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(SIZE);
        }
        return FileBlockDevice.open(image);
    }

    @ParameterizedTest
    @CsvSource({
        "MAPPED, ADAPTIVE, false, false, false",
        "MAPPED, ADAPTIVE, true, false, true",
        "TRAPPED, EVENT, false, true, false",
        "TRAPPED, EVENT, true, true, true"
    })
    void queuesThatMoveUnderAVerifiedLoadLoseNothing(
            DoorbellMode doorbells, PollMode poll, boolean inFile, boolean shadow, boolean interrupts)
            throws IOException {
        DriverOptions options = DriverOptions.defaults()
                .withQueues(QUEUES)
                .withDepth(16)
                .withShadowDoorbells(shadow)
                .withInterrupts(interrupts);
        VerifySettings settings = VerifySettings.of(4096, Duration.ZERO)
                .withFlushEvery(64)
                .withOneAtDepthOne(true)
                .withSleep(interrupts)
                .withCommandTimeout(Duration.ofSeconds(10));
        Random random = new Random(1);
        try (NvmeDevice device = start(inFile ? file() : RamBlockDevice.ofSize(SIZE), doorbells, poll);
                NvmeDriver driver = NvmeDriver.connect(device.socket(), options);
                MemFd more = MemFd.create("more", 1 << 20);
                VerifyRun run = VerifyRun.start(driver, driver.namespace(1), settings)) {
            long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
            int rounds = 0;
            while (rounds < 300 && run.failure().isEmpty()) {
                long before = run.completions();
                device.moveQueue(1 + random.nextInt(QUEUES), random.nextInt(2));
                if (rounds % 4 == 0) {
                    // A pause of the library at any moment of a move.
                    Lock lock = driver.guest().clientLock();
                    lock.lock();
                    try {
                        driver.client().mapDma(ELSEWHERE, 1 << 20, more.fd(), 0, Protection.READ_WRITE);
                        driver.client().unmapDma(ELSEWHERE, 1 << 20);
                    } finally {
                        lock.unlock();
                    }
                }
                while (run.completions() < before + 20 && run.failure().isEmpty() && System.nanoTime() < end) {
                    Thread.onSpinWait();
                }
                rounds++;
            }
            run.stop();
            assertThat(run.await().intact()).isTrue();
            assertThat(run.faults().none()).isTrue();
            assertThat(device.movedQueues()).isGreaterThan(20);
        }
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void aHostMayResetOrVanishWhileQueuesMove(boolean reset) throws IOException {
        Random random = new Random(2);
        try (NvmeDevice device = start(file(), DoorbellMode.MAPPED, PollMode.ADAPTIVE)) {
            for (int round = 0; round < 30; round++) {
                try (ClientTransport transport = new ClientTransport(device.socket())) {
                    NvmeHost host = new NvmeHost(transport);
                    host.enable();
                    List<HostQueue> queues = new ArrayList<>();
                    for (int id = 1; id <= 2; id++) {
                        queues.add(host.createQueues(id, 64));
                    }
                    long buffer = host.allocate(1);
                    for (int i = 0; i < 40; i++) {
                        device.moveQueue(1 + random.nextInt(2), random.nextInt(2));
                        queues.get(i % 2).submit((sq, at, cid) -> IoCommand.read(sq, at, cid, 1, 0, 8, buffer, 0));
                        if (random.nextInt(4) == 0) {
                            queues.get(i % 2).reap().orThrow();
                        }
                    }
                    if (reset) {
                        transport.client().reset();
                        assertThat(host.status()).isZero();
                        host.enable();
                        host.createQueues(1, 16)
                                .execute((sq, at, cid) -> IoCommand.read(sq, at, cid, 1, 0, 8, buffer, 0))
                                .orThrow();
                    }
                }
            }
            assertThat(device.movedQueues()).isPositive();
        }
    }

    /** Nobody asks for it: two queues keep one poller busy all the time, the other poller has none that is used. */
    @Test
    void anUnevenLoadIsNoticedAndSpread() {
        try (NvmeDevice device = start(
                        new SlowBlockDevice(RamBlockDevice.ofSize(SIZE), Duration.ofNanos(200_000)),
                        DoorbellMode.MAPPED,
                        PollMode.ADAPTIVE);
                ClientTransport transport = new ClientTransport(device.socket())) {
            NvmeHost host = new NvmeHost(transport);
            host.enable();
            List<Lane> lanes = new ArrayList<>();
            for (int id = 1; id <= QUEUES; id++) {
                HostQueue queue = host.createQueues(id, 64);
                if (id % 2 == 1) {
                    lanes.add(new Lane(host, queue, id));
                }
            }
            long begun = System.nanoTime();
            long completedAtMove = 0;
            while (device.movedQueues() == 0
                    && System.nanoTime() - begun < Duration.ofSeconds(60).toNanos()) {
                lanes.forEach(Lane::turn);
                completedAtMove =
                        lanes.stream().mapToLong(lane -> lane.completed).sum();
            }
            assertThat(device.movedQueues()).isOne();
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThan(Duration.ofSeconds(2));
            while (lanes.stream().mapToLong(lane -> lane.completed).sum() < completedAtMove + 2000) {
                lanes.forEach(Lane::turn);
            }
            lanes.forEach(lane -> lane.drain(host));
            assertThat(device.movedQueues()).isOne();
        }
    }

    /** A queue that is kept full: each block is written with a value of its own, then read and compared. */
    private static final class Lane {
        private static final int DEPTH = 16;

        private final NvmeHost host;
        private final HostQueue queue;
        private final int salt;
        private final long[] buffers = new long[DEPTH];
        private final byte[] values = new byte[DEPTH];
        private final boolean[] written = new boolean[DEPTH];
        private final Map<Integer, Integer> open = new HashMap<>();
        private byte next;
        long completed;

        Lane(NvmeHost host, HostQueue queue, int salt) {
            this.host = host;
            this.queue = queue;
            this.salt = salt;
            for (int i = 0; i < DEPTH; i++) {
                buffers[i] = host.allocate(1);
                submit(i);
            }
        }

        private void submit(int slot) {
            long lba = (long) (salt * DEPTH + slot) * 8;
            int command;
            if (written[slot]) {
                host.slice(buffers[slot], NvmeHost.PAGE).fill((byte) 0);
                command = queue.submit((sq, at, cid) -> IoCommand.read(sq, at, cid, 1, lba, 8, buffers[slot], 0));
            } else {
                next++;
                values[slot] = next;
                host.slice(buffers[slot], NvmeHost.PAGE).fill(next);
                command = queue.submit((sq, at, cid) -> IoCommand.write(sq, at, cid, 1, lba, 8, 0, buffers[slot], 0));
            }
            open.put(command, slot);
        }

        void turn() {
            Optional<HostCompletion> completion = queue.peek();
            if (completion.isPresent()) {
                submit(finish(completion.get()));
            }
        }

        private int finish(HostCompletion completion) {
            Integer slot = open.remove(completion.orThrow().commandId());
            assertThat(slot).as("the command of a completion").isNotNull();
            if (written[slot]) {
                assertThat(host.slice(buffers[slot], NvmeHost.PAGE).toArray(ValueLayout.JAVA_BYTE))
                        .containsOnly(values[slot]);
            }
            written[slot] ^= true;
            completed++;
            queue.consume();
            return slot;
        }

        void drain(NvmeHost its) {
            its.await("the last completions", () -> {
                queue.peek().ifPresent(this::finish);
                return open.isEmpty();
            });
        }
    }
}
