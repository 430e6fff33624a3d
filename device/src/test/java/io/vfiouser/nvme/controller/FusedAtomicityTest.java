package io.vfiouser.nvme.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.block.BlockDevice;
import io.vfiouser.nvme.block.BlockRequest;
import io.vfiouser.nvme.block.FaultInjectingBlockDevice;
import io.vfiouser.nvme.block.Operation;
import io.vfiouser.nvme.block.RamBlockDevice;
import io.vfiouser.nvme.spec.ControllerRegisters;
import io.vfiouser.nvme.spec.ControllerStatus;
import io.vfiouser.nvme.spec.IoCommand;
import io.vfiouser.nvme.spec.LittleEndian;
import io.vfiouser.nvme.spec.SubmissionEntry;
import io.vfiouser.nvme.subsystem.NvmSubsystem;
import io.vfiouser.nvme.testing.HostCompletion;
import io.vfiouser.nvme.testing.HostQueue;
import io.vfiouser.nvme.testing.InMemoryGuest;
import io.vfiouser.nvme.testing.NvmeHost;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Compare and Write is atomic against everything else that touches the blocks: two controllers with two pollers each share a namespace.
 * A counter fills two blocks with the same number.
 */
@Tag("alone")
@Timeout(120)
class FusedAtomicityTest {
    private static final long LBA = 40;
    private static final int BLOCKS = 2;
    private static final int BLOCK_BYTES = 512;
    private static final int LENGTH_BYTES = BLOCKS * BLOCK_BYTES;

    /** A value that a writer stores must differ from what increments make of another. */
    private static final long STRIDE = 1L << 32;

    /** One queue, and so one poller, with one thing after the other to do. */
    private abstract static class Worker {
        final NvmeHost host;
        final HostQueue queue;

        Worker(NvmeHost host, HostQueue queue) {
            this.host = host;
            this.queue = queue;
        }

        long buffer(long value) {
            long buffer = host.allocate(1);
            fill(buffer, value);
            return buffer;
        }

        void fill(long buffer, long value) {
            for (long i = 0; i < LENGTH_BYTES; i += 8) {
                LittleEndian.putU64(host.memory(), host.at(buffer) + i, value);
            }
        }

        /** The number in a buffer, all of which must hold it. */
        long value(long buffer) {
            long value = LittleEndian.i64(host.memory(), host.at(buffer));
            for (long i = 0; i < LENGTH_BYTES; i += 8) {
                long other = LittleEndian.i64(host.memory(), host.at(buffer) + i);
                if (other != value) {
                    throw new AssertionError("a mix of two states: " + value + " and, at " + i + ", " + other);
                }
            }
            return value;
        }

        abstract void start();

        /** Takes a completion; whether the worker has nothing more to do. */
        abstract boolean completed(HostCompletion completion);
    }

    /** Adds one again and again, by Compare and Write, reading what is there after each failure. */
    private static final class Incrementer extends Worker {
        private final long expected = buffer(0);
        private final long wanted = buffer(1);
        private final Set<Long> consumed;
        private final boolean alone;
        private int left;
        private boolean compared;
        private boolean reading;

        /** {@code alone}: nobody writes but others like this, so that what is read is never a mix. */
        Incrementer(NvmeHost host, HostQueue queue, int increments, Set<Long> consumed, boolean alone) {
            super(host, queue);
            this.left = increments;
            this.consumed = consumed;
            this.alone = alone;
        }

        @Override
        void start() {
            int ignored = queue.put((sq, at, cid) -> {
                IoCommand.compare(sq, at, cid, 1, LBA, BLOCKS, 0, expected, 0);
                SubmissionEntry.putFused(sq, at, SubmissionEntry.FUSE_FIRST);
            });
            ignored = queue.put((sq, at, cid) -> {
                IoCommand.write(sq, at, cid, 1, LBA, BLOCKS, 0, wanted, 0);
                SubmissionEntry.putFused(sq, at, SubmissionEntry.FUSE_SECOND);
            });
            queue.ring();
        }

        @Override
        boolean completed(HostCompletion completion) {
            switch (completion.status()) {
                case COMPARE_FAILURE -> assertThat(compared).isFalse();
                case ABORTED_FAILED_FUSED -> {
                    reading = true;
                    int ignored =
                            queue.submit((sq, at, cid) -> IoCommand.read(sq, at, cid, 1, LBA, BLOCKS, expected, 0));
                }
                case SUCCESS -> {
                    return succeeded();
                }
                default -> throw new AssertionError(completion.status());
            }
            return false;
        }

        private boolean succeeded() {
            if (reading) {
                reading = false;
                if (!alone) {
                    fill(expected, LittleEndian.i64(host.memory(), host.at(expected)));
                }
                fill(wanted, value(expected) + 1);
                start();
                return false;
            }
            if (!compared) {
                compared = true;
                return false;
            }
            compared = false;
            assertThat(consumed.add(value(expected)))
                    .as("two exchanges found the same number")
                    .isTrue();
            left--;
            if (left == 0) {
                return true;
            }
            fill(expected, value(wanted));
            fill(wanted, value(expected) + 1);
            start();
            return false;
        }
    }

    /**
     * Writes numbers that nobody else writes, without looking at what is there, and then looks: increments may have followed, but an
     * exchange that compared before the write and wrote after it would have brought an older number back.
     */
    private static final class Writer extends Worker {
        private final long data = buffer(0);
        private final long found = buffer(0);
        private long next;
        private int left;
        private boolean looking;

        Writer(NvmeHost host, HostQueue queue, int writes, long first) {
            super(host, queue);
            this.left = writes;
            this.next = first;
        }

        @Override
        void start() {
            fill(data, next);
            int ignored = queue.submit((sq, at, cid) -> IoCommand.write(sq, at, cid, 1, LBA, BLOCKS, 0, data, 0));
        }

        @Override
        boolean completed(HostCompletion completion) {
            completion.orThrow();
            if (!looking) {
                looking = true;
                int ignored = queue.submit((sq, at, cid) -> IoCommand.read(sq, at, cid, 1, LBA, BLOCKS, found, 0));
                return false;
            }
            looking = false;
            for (long i = 0; i < LENGTH_BYTES; i += 8) {
                long value = LittleEndian.i64(host.memory(), host.at(found) + i);
                if (value / STRIDE != next / STRIDE) {
                    throw new AssertionError("a write was lost inside an exchange: found " + Long.toHexString(value)
                            + " after " + Long.toHexString(next));
                }
            }
            next += STRIDE;
            left--;
            if (left > 0) {
                start();
            }
            return left == 0;
        }
    }

    /** Two guests of one subsystem, with two pollers each. */
    private static final class Cluster implements AutoCloseable {
        final NvmSubsystem subsystem;
        final List<InMemoryGuest> guests = new ArrayList<>();
        final List<NvmeHost> hosts = new ArrayList<>();
        private final List<PollerThread> threads = new ArrayList<>();

        Cluster(BlockDevice device) {
            subsystem = InMemoryGuest.subsystem(true, device);
            for (int i = 1; i <= 2; i++) {
                InMemoryGuest guest = InMemoryGuest.of(subsystem, i, 2);
                guests.add(guest);
                hosts.add(new NvmeHost(guest));
            }
        }

        /** Gives each poller a thread. */
        void run(IdlePolicy policy) {
            for (InMemoryGuest guest : guests) {
                guest.leavePollersToThreads();
                for (QueuePoller poller : guest.controller().pollers()) {
                    PollerThread thread = new PollerThread(poller, policy, "poller", () -> {});
                    threads.add(thread);
                    thread.start();
                }
            }
        }

        List<HostQueue> queues() {
            List<HostQueue> queues = new ArrayList<>();
            for (NvmeHost host : hosts) {
                host.enable();
                queues.add(host.createQueues(1, 16));
                queues.add(host.createQueues(2, 16));
            }
            return queues;
        }

        NvmeHost host(int queue) {
            return hosts.get(queue / 2);
        }

        /** Lets workers work until all that have an end are at it. */
        void work(List<? extends Worker> workers) {
            Set<Worker> busy = new HashSet<>(workers);
            workers.forEach(Worker::start);
            long end = System.nanoTime() + 60_000_000_000L;
            while (!busy.isEmpty()) {
                if (System.nanoTime() > end) {
                    throw new AssertionError("they are stuck");
                }
                guests.forEach(InMemoryGuest::progress);
                for (Worker worker : workers) {
                    Optional<HostCompletion> next = worker.queue.peek();
                    while (next.isPresent()) {
                        worker.queue.consume();
                        if (worker.completed(next.get())) {
                            busy.remove(worker);
                        }
                        next = worker.queue.peek();
                    }
                }
            }
        }

        @Override
        public void close() {
            for (int i = 0; i < guests.size(); i++) {
                guests.get(i).controller().pause();
                hosts.get(i).await("the pause", guests.get(i).controller()::paused);
            }
            threads.forEach(PollerThread::close);
            guests.forEach(InMemoryGuest::close);
            subsystem.close();
        }
    }

    private static FaultInjectingBlockDevice slow(long seed) {
        return new FaultInjectingBlockDevice(RamBlockDevice.ofSize(1 << 20), seed).delays(4);
    }

    private static void everyIncrementCounts(Cluster cluster, int increments) {
        List<HostQueue> queues = cluster.queues();
        List<Incrementer> workers = new ArrayList<>();
        Set<Long> consumed = new HashSet<>();
        for (int i = 0; i < queues.size(); i++) {
            workers.add(new Incrementer(cluster.host(i), queues.get(i), increments, consumed, true));
        }
        cluster.work(workers);
        NvmeHost host = cluster.hosts.getFirst();
        long in = host.allocate(1);
        queues.getFirst()
                .execute((sq, at, cid) -> IoCommand.read(sq, at, cid, 1, LBA, BLOCKS, in, 0))
                .orThrow();
        assertThat(workers.getFirst().value(in)).isEqualTo((long) increments * queues.size());
    }

    private static void noTwoExchangesFindTheSame(Cluster cluster, int increments) {
        List<HostQueue> queues = cluster.queues();
        Set<Long> consumed = new HashSet<>();
        List<Worker> workers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            workers.add(new Incrementer(cluster.host(i), queues.get(i), increments, consumed, false));
        }
        workers.add(new Writer(cluster.host(3), queues.get(3), increments, STRIDE));
        cluster.work(workers);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void everyIncrementCountsWithASlowBackEnd(long seed) {
        try (Cluster cluster = new Cluster(slow(seed))) {
            everyIncrementCounts(cluster, 60);
        }
    }

    @Test
    void everyIncrementCountsInMemory() {
        try (Cluster cluster = new Cluster(RamBlockDevice.ofSize(1 << 20))) {
            everyIncrementCounts(cluster, 200);
        }
    }

    @Test
    void everyIncrementCountsWithThreads() {
        try (Cluster cluster = new Cluster(RamBlockDevice.ofSize(1 << 20))) {
            cluster.run(IdlePolicy.ADAPTIVE);
            everyIncrementCounts(cluster, 300);
        }
    }

    @Test
    void everyIncrementCountsWithThreadsAndASlowBackEnd() {
        try (Cluster cluster = new Cluster(slow(6))) {
            cluster.run(IdlePolicy.ADAPTIVE);
            everyIncrementCounts(cluster, 100);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void plainWritesComeBeforeOrAfterWithASlowBackEnd(long seed) {
        try (Cluster cluster = new Cluster(slow(seed))) {
            noTwoExchangesFindTheSame(cluster, 60);
        }
    }

    @Test
    void plainWritesComeBeforeOrAfterWithThreads() {
        try (Cluster cluster = new Cluster(RamBlockDevice.ofSize(1 << 20))) {
            cluster.run(IdlePolicy.ADAPTIVE);
            noTwoExchangesFindTheSame(cluster, 300);
        }
    }

    /** The exchange has compared and its write is in the back end: what another guest writes to the blocks waits, and nothing else does. */
    @Test
    void aWriteWaitsForTheEndOfAnExchangeThatHasBegun() {
        AtomicBoolean holding = new AtomicBoolean(true);
        AtomicReference<BlockRequest> exchanging = new AtomicReference<>();
        FaultInjectingBlockDevice device = new FaultInjectingBlockDevice(RamBlockDevice.ofSize(1 << 20), 1)
                .holds(r -> holding.get()
                        && r.operation() == Operation.WRITE
                        && (exchanging.compareAndSet(null, r) || r.equals(exchanging.get())));
        try (Cluster cluster = new Cluster(device)) {
            List<HostQueue> queues = cluster.queues();
            Incrementer exchange = new Incrementer(cluster.host(0), queues.get(0), 1, new HashSet<>(), true);
            exchange.start();
            cluster.host(0).await("the exchange's write", () -> {
                cluster.guests.get(1).progress();
                return exchanging.get() != null;
            });

            NvmeHost other = cluster.host(2);
            Writer writer = new Writer(other, queues.get(2), 1, STRIDE);
            writer.start();
            long elsewhere = other.allocate(1);
            HostCompletion beside = queues.get(3)
                    .execute((sq, at, cid) -> IoCommand.write(sq, at, cid, 1, LBA + BLOCKS, BLOCKS, 0, elsewhere, 0));
            beside.orThrow();
            cluster.guests.get(1).settle();
            assertThat(queues.get(2).peek()).as("a write amid the exchange").isEmpty();

            holding.set(false);
            Set<Worker> busy = new HashSet<>(List.of(exchange, writer));
            other.await("both to end", () -> {
                cluster.guests.getFirst().progress();
                for (Worker worker : List.of(exchange, writer)) {
                    worker.queue.peek().ifPresent(completion -> {
                        worker.queue.consume();
                        if (worker.completed(completion)) {
                            busy.remove(worker);
                        }
                    });
                }
                return busy.isEmpty();
            });
        }
    }

    /** One controller pauses, goes on and is reset again and again while the other one increments. */
    @Test
    void aControllerThatPausesOrResetsHoldsNobodyUp() {
        Random random = new Random(7);
        try (Cluster cluster = new Cluster(slow(8))) {
            List<HostQueue> queues = cluster.queues();
            Set<Long> consumed = new HashSet<>();
            InMemoryGuest restless = cluster.guests.get(1);
            NvmeHost restlessHost = cluster.hosts.get(1);
            for (int round = 0; round < 40; round++) {
                Incrementer disturbed = new Incrementer(restlessHost, queues.get(2), 1000, new HashSet<>(), false);
                disturbed.start();
                Writer writer = new Writer(restlessHost, queues.get(3), 1, (round + 1) * STRIDE);
                writer.start();
                for (int i = random.nextInt(10); i > 0; i--) {
                    restlessHost.transport().progress();
                }
                if (round % 2 == 0) {
                    restless.controller().pause();
                } else {
                    restlessHost.transport().write32(ControllerRegisters.CC, 0);
                }
                cluster.work(List.of(
                        new Incrementer(cluster.host(0), queues.get(0), 3, consumed, false),
                        new Incrementer(cluster.host(1), queues.get(1), 3, consumed, false)));
                restless.controller().resume();
                restlessHost.disable();
                restlessHost.enable();
                queues.set(2, restlessHost.createQueues(1, 16));
                queues.set(3, restlessHost.createQueues(2, 16));
            }
        }
    }

    /** One controller fails while it has the blocks for itself; the other one gets them, and so does the first after its reset. */
    @Test
    void aControllerThatFailsInTheMiddleGivesTheBlocksBack() {
        AtomicBoolean exploding = new AtomicBoolean();
        FaultInjectingBlockDevice device = slow(9).holds(r -> {
            if (exploding.get()) {
                throw new IllegalStateException("as the test wants it");
            }
            return false;
        });
        try (Cluster cluster = new Cluster(device)) {
            List<HostQueue> queues = cluster.queues();
            NvmeHost failing = cluster.hosts.get(1);
            new Incrementer(failing, queues.get(2), 1, new HashSet<>(), true).start();
            Incrementer other = new Incrementer(cluster.host(0), queues.get(0), 3, new HashSet<>(), true);
            exploding.set(true);
            failing.await("the failure", () -> {
                cluster.guests.getFirst().controller().pollers().forEach(poller -> {
                    int work = poller.doWork();
                    assertThat(work).isNotNegative();
                });
                return (failing.status() & ControllerStatus.CFS) != 0;
            });
            exploding.set(false);
            cluster.work(List.of(other));

            failing.disable();
            failing.enable();
            HostQueue again = failing.createQueues(1, 16);
            Incrementer recovered = new Incrementer(failing, again, 3, new HashSet<>(), true);
            cluster.work(List.of(recovered));
            long in = failing.allocate(1);
            again.execute((sq, at, cid) -> IoCommand.read(sq, at, cid, 1, LBA, BLOCKS, in, 0))
                    .orThrow();
            assertThat(recovered.value(in)).isEqualTo(6);
        }
    }
}
