package io.vfiouser.nvme.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.block.NullBlockDevice;
import io.vfiouser.nvme.spec.IoCommand;
import io.vfiouser.nvme.testing.HostQueue;
import io.vfiouser.nvme.testing.InMemoryGuest;
import io.vfiouser.nvme.testing.NvmeHost;
import io.vfiouser.nvme.testing.ThreadProcessorTime;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Threads that sleep: with the guest in memory, but pollers of their own. */
@Tag("alone")
@Timeout(60)
class PollerThreadTest {
    @Test
    void noDoorbellIsLostWhereOnlyDoorbellsWake() {
        try (InMemoryGuest guest = InMemoryGuest.trapped(NullBlockDevice.of(1000, 512))) {
            PollerThread thread = new PollerThread(
                    guest.controller().pollers().getFirst(), IdlePolicy.EVENT, "event-poller", () -> {});
            guest.leavePollersToThreads();
            thread.start();
            NvmeHost host = new NvmeHost(guest);
            host.enable();
            HostQueue queue = host.createQueues(1, 16);
            long start = System.nanoTime();
            for (int i = 0; i < 5000; i++) {
                queue.execute((sq, at, cid) -> IoCommand.flush(sq, at, cid, 1)).orThrow();
            }
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .as("a lost wake-up costs a second")
                    .isLessThan(Duration.ofSeconds(30));
            guest.controller().pause();
            host.await("the pause", guest.controller()::paused);
            thread.close();
        }
    }

    @Test
    void aPollerWithoutQueuesUsesNoProcessorEvenIfItMayNeverSleep() {
        CountDownLatch started = new CountDownLatch(1);
        try (InMemoryGuest guest = InMemoryGuest.mapped(NullBlockDevice.of(1000, 512))) {
            PollerThread thread = new PollerThread(
                    guest.controller().pollers().getFirst(), IdlePolicy.BUSY, "busy-poller", started::countDown);
            guest.leavePollersToThreads();
            thread.start();
            NvmeHost host = new NvmeHost(guest);
            host.enable();
            host.await("the thread", () -> started.getCount() == 0);
            long before = ThreadProcessorTime.nanos("busy-poller");
            long end = System.nanoTime() + 300_000_000L;
            host.await("a while", () -> System.nanoTime() > end);
            assertThat(Duration.ofNanos(ThreadProcessorTime.nanos("busy-poller") - before))
                    .isLessThan(Duration.ofMillis(100));

            HostQueue queue = host.createQueues(1, 16);
            for (int i = 0; i < 1000; i++) {
                queue.execute((sq, at, cid) -> IoCommand.flush(sq, at, cid, 1)).orThrow();
            }
            guest.controller().pause();
            host.await("the pause", guest.controller()::paused);
            thread.close();
        }
    }

    @Test
    void anAdaptivePollerThatIsIdleSleepsMostOfTheTime() {
        CountDownLatch started = new CountDownLatch(1);
        try (InMemoryGuest guest = InMemoryGuest.mapped(NullBlockDevice.of(1000, 512))) {
            PollerThread thread = new PollerThread(
                    guest.controller().pollers().getFirst(), IdlePolicy.ADAPTIVE, "adaptive-poll", started::countDown);
            guest.leavePollersToThreads();
            thread.start();
            NvmeHost host = new NvmeHost(guest);
            host.enable();
            HostQueue queue = host.createQueues(1, 16);
            queue.execute((sq, at, cid) -> IoCommand.flush(sq, at, cid, 1)).orThrow();
            host.await("the thread", () -> started.getCount() == 0);
            long before = ThreadProcessorTime.nanos("adaptive-poll");
            long end = System.nanoTime() + 1_000_000_000L;
            host.await("a second", () -> System.nanoTime() > end);
            assertThat(Duration.ofNanos(ThreadProcessorTime.nanos("adaptive-poll") - before))
                    .isLessThan(Duration.ofMillis(200));
            queue.execute((sq, at, cid) -> IoCommand.flush(sq, at, cid, 1)).orThrow();
            guest.controller().pause();
            host.await("the pause", guest.controller()::paused);
            thread.close();
        }
    }
}
