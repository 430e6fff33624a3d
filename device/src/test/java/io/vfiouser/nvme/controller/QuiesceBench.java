package io.vfiouser.nvme.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.block.CancelPromise;
import io.vfiouser.nvme.block.CancelResult;
import io.vfiouser.nvme.block.RamBlockDevice;
import io.vfiouser.nvme.memory.GuestRegion;
import io.vfiouser.nvme.memory.RegionTable;
import io.vfiouser.nvme.spec.IoCommand;
import io.vfiouser.nvme.testing.HeldBlockDevice;
import io.vfiouser.nvme.testing.HostQueue;
import io.vfiouser.nvme.testing.InMemoryGuest;
import io.vfiouser.nvme.testing.NvmeHost;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.List;

/**
 * A controller to pause, stepped by hand, with a clock that stands still: namespace 1 completes when the test says so, namespace 2 at
 * once. Queue pair 1 is the first poller's, queue pair 2 the second's, if there is one.
 */
final class QuiesceBench implements AutoCloseable {
    static final int BLOCK = 512;
    private static final Duration GRACE = Duration.ofMillis(20);

    final HeldBlockDevice device = new HeldBlockDevice(256);
    final InMemoryGuest guest;
    final NvmeHost host;
    final HostQueue queue;
    final HostQueue second;
    private long nanos;

    QuiesceBench(int pollers) {
        this(pollers, 16);
    }

    QuiesceBench(int pollers, int entries) {
        guest = InMemoryGuest.withPollers(pollers, device, RamBlockDevice.ofSize(1 << 20));
        for (QueuePoller poller : guest.controller().pollers()) {
            poller.quiesceClock(() -> nanos);
        }
        host = new NvmeHost(guest);
        host.enable();
        queue = host.createQueues(1, entries);
        second = host.createQueues(2, entries);
    }

    NvmeController controller() {
        return guest.controller();
    }

    QueuePoller poller() {
        return guest.controller().pollers().getFirst();
    }

    /** The back end gives back what it is asked for. */
    void givesBack() {
        device.answers(wanted -> CancelResult.CANCELLED);
    }

    /** The back end does not give back anything, but does without the memory. */
    void detaches() {
        device.answers(wanted -> wanted == CancelPromise.DETACHED ? CancelResult.DETACHED : CancelResult.IN_PROGRESS);
    }

    /** A page whose first block has this content. */
    long page(int content) {
        long data = host.allocate(1);
        host.slice(data, BLOCK).fill((byte) content);
        return data;
    }

    /** Submits a Write of a block of namespace 1, which gets as far as the back end. */
    int write(HostQueue to, long lba, int content) {
        long data = page(content);
        int id = to.submit((sq, at, cid) -> IoCommand.write(sq, at, cid, 1, lba, 1, 0, data, 0));
        guest.settle();
        return id;
    }

    /** Submits a Read of a block of namespace 1, which gets as far as the back end. */
    int read(HostQueue to, long lba, long into) {
        int id = to.submit((sq, at, cid) -> IoCommand.read(sq, at, cid, 1, lba, 1, into, 0));
        guest.settle();
        return id;
    }

    byte byteAt(long iova) {
        return host.slice(iova, 1).get(ValueLayout.JAVA_BYTE, 0);
    }

    void passGrace() {
        nanos += GRACE.toNanos();
    }

    /** Asks for a pause and lets the time pass that commands have to complete. */
    void tryToPause(boolean toStop) {
        controller().pause(toStop);
        guest.settle();
        passGrace();
        guest.settle();
    }

    void pause() {
        tryToPause(false);
        assertThat(controller().paused()).isTrue();
    }

    /** The guest loses the second half of its memory, where no queue is. */
    void unmapUpperHalf() {
        guest.guestMemory()
                .publish(RegionTable.of(List.of(new GuestRegion(
                        InMemoryGuest.IOVA,
                        guest.memory().asSlice(0, InMemoryGuest.MEMORY_BYTES / 2),
                        true,
                        true,
                        (offset, length) -> {}))));
    }

    static long upperHalf() {
        return InMemoryGuest.IOVA + InMemoryGuest.MEMORY_BYTES / 2;
    }

    @Override
    public void close() {
        device.releaseAll();
        controller().resume();
        guest.settle();
        guest.close();
    }
}
