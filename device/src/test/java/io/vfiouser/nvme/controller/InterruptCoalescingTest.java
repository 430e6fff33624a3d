package io.vfiouser.nvme.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.block.NullBlockDevice;
import io.vfiouser.nvme.spec.AdminCommand;
import io.vfiouser.nvme.spec.CompletionEntry;
import io.vfiouser.nvme.spec.Doorbells;
import io.vfiouser.nvme.spec.FeatureId;
import io.vfiouser.nvme.spec.IdentifyCns;
import io.vfiouser.nvme.spec.IoCommand;
import io.vfiouser.nvme.spec.SubmissionEntry;
import io.vfiouser.nvme.testing.HostQueue;
import io.vfiouser.nvme.testing.InMemoryGuest;
import io.vfiouser.nvme.testing.NvmeHost;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Interrupt Coalescing and Interrupt Vector Configuration, with a clock that the test sets, and on a thread that sleeps. */
@Timeout(60)
class InterruptCoalescingTest {
    private static final int VECTOR = 7;
    private static final long UNIT_NANOS = 100_000;

    private final InMemoryGuest guest = InMemoryGuest.mapped(NullBlockDevice.of(1000, 512));
    private final NvmeHost host = new NvmeHost(guest);
    private final AtomicLong now = new AtomicLong(-1000);
    private HostQueue queue;

    @BeforeEach
    void enable() {
        host.enable();
        guest.controller().pollers().getFirst().interruptClock(now::get);
        queue = host.createQueues(1, 1, 64, VECTOR);
    }

    @AfterEach
    void close() {
        guest.close();
    }

    /** TIME in units of 100 µs, THR as the feature has it: 0's based. */
    private void coalesce(int time, int threshold) {
        set(FeatureId.INTERRUPT_COALESCING, time << 8 | threshold);
    }

    private void exclude(int vector, boolean excluded) {
        set(FeatureId.INTERRUPT_VECTOR_CONFIGURATION, vector | (excluded ? 1 << 16 : 0));
    }

    private void set(int feature, int cdw11) {
        host.admin()
                .execute((sq, at, cid) -> AdminCommand.setFeatures(sq, at, cid, 0, feature, cdw11, 0, 0))
                .orThrow();
        guest.settle();
    }

    /** Commands in a pass of their own each. */
    private void complete(HostQueue on, int count) {
        for (int i = 0; i < count; i++) {
            on.submit((sq, at, cid) -> IoCommand.flush(sq, at, cid, 1));
            on.reap().orThrow();
        }
        guest.settle();
    }

    private int raised(int vector) {
        return Collections.frequency(guest.interrupts(), vector);
    }

    @Test
    void asManyAsTheThresholdAndOneMoreInterruptOnce() {
        coalesce(255, 3);
        guest.interrupts().clear();
        complete(queue, 3);
        assertThat(raised(VECTOR)).isZero();
        complete(queue, 1);
        assertThat(raised(VECTOR)).isOne();
        complete(queue, 7);
        assertThat(raised(VECTOR)).isEqualTo(2);
        complete(queue, 1);
        assertThat(raised(VECTOR)).isEqualTo(3);
    }

    @Test
    void theOldestCompletionWaitsNoLongerThanTheTime() {
        coalesce(5, 100);
        guest.interrupts().clear();
        complete(queue, 1);
        now.addAndGet(3 * UNIT_NANOS);
        complete(queue, 1);
        now.addAndGet(2 * UNIT_NANOS - 1);
        guest.settle();
        assertThat(raised(VECTOR)).isZero();
        now.incrementAndGet();
        guest.settle();
        assertThat(raised(VECTOR)).isOne();
        now.addAndGet(100 * UNIT_NANOS);
        guest.settle();
        assertThat(raised(VECTOR)).as("nothing has completed since").isOne();
        complete(queue, 1);
        now.addAndGet(5 * UNIT_NANOS - 1);
        guest.settle();
        assertThat(raised(VECTOR)).isOne();
        now.incrementAndGet();
        guest.settle();
        assertThat(raised(VECTOR)).isEqualTo(2);
    }

    @Test
    void theTimeStartsAnewAfterTheThresholdWasReached() {
        coalesce(5, 1);
        guest.interrupts().clear();
        complete(queue, 1);
        now.addAndGet(4 * UNIT_NANOS);
        complete(queue, 1);
        assertThat(raised(VECTOR)).isOne();
        complete(queue, 1);
        now.addAndGet(4 * UNIT_NANOS);
        guest.settle();
        assertThat(raised(VECTOR)).isOne();
        now.addAndGet(UNIT_NANOS);
        guest.settle();
        assertThat(raised(VECTOR)).isEqualTo(2);
    }

    @Test
    void eachQueueHasItsOwnCountAndTime() {
        HostQueue other = host.createQueues(2, 2, 64, VECTOR + 1);
        coalesce(5, 100);
        guest.interrupts().clear();
        complete(queue, 1);
        now.addAndGet(3 * UNIT_NANOS);
        complete(other, 1);
        now.addAndGet(2 * UNIT_NANOS);
        guest.settle();
        assertThat(raised(VECTOR)).isOne();
        assertThat(raised(VECTOR + 1)).isZero();
        now.addAndGet(3 * UNIT_NANOS);
        guest.settle();
        assertThat(raised(VECTOR)).isOne();
        assertThat(raised(VECTOR + 1)).isOne();
    }

    @ParameterizedTest
    @CsvSource({"0, 10", "10, 0", "0, 0"})
    void withoutTimeOrThresholdNothingWaits(int time, int threshold) {
        coalesce(time, threshold);
        guest.interrupts().clear();
        complete(queue, 3);
        assertThat(raised(VECTOR)).isEqualTo(3);
    }

    @Test
    void vectorsThatAreExcludedInterruptAtOnce() {
        HostQueue other = host.createQueues(2, 2, 64, VECTOR + 1);
        coalesce(255, 100);
        exclude(VECTOR, true);
        guest.interrupts().clear();
        complete(queue, 3);
        complete(other, 3);
        assertThat(raised(VECTOR)).isEqualTo(3);
        assertThat(raised(VECTOR + 1)).isZero();
        exclude(VECTOR, false);
        guest.interrupts().clear();
        complete(queue, 3);
        assertThat(raised(VECTOR)).isZero();
    }

    @Test
    void theAdminQueueInterruptsAtOnce() {
        coalesce(255, 100);
        guest.interrupts().clear();
        host.identify(IdentifyCns.CONTROLLER, 0);
        host.identify(IdentifyCns.CONTROLLER, 0);
        assertThat(raised(0)).isEqualTo(2);
    }

    @Test
    void aPauseLetsNothingWait() {
        coalesce(255, 100);
        guest.interrupts().clear();
        complete(queue, 2);
        guest.controller().pause();
        guest.settle();
        assertThat(guest.controller().paused()).isTrue();
        assertThat(raised(VECTOR)).isOne();
        guest.controller().resume();
        guest.settle();
        assertThat(raised(VECTOR)).isOne();
        complete(queue, 1);
        assertThat(raised(VECTOR)).isOne();
    }

    @Test
    void deletingAQueueLetsNothingWait() {
        coalesce(255, 100);
        guest.interrupts().clear();
        complete(queue, 2);
        host.admin()
                .execute((sq, at, cid) -> AdminCommand.deleteSubmissionQueue(sq, at, cid, 1))
                .orThrow();
        assertThat(raised(VECTOR)).isOne();
    }

    @Test
    void switchingItOffLetsNothingWait() {
        coalesce(255, 100);
        guest.interrupts().clear();
        complete(queue, 2);
        coalesce(0, 0);
        assertThat(raised(VECTOR)).isOne();
        complete(queue, 2);
        assertThat(raised(VECTOR)).isEqualTo(3);
    }

    @Test
    void aResetSwitchesItOff() {
        coalesce(255, 100);
        complete(queue, 2);
        host.disable();
        host.enable();
        HostQueue after = host.createQueues(1, 1, 64, VECTOR);
        guest.interrupts().clear();
        complete(after, 2);
        assertThat(raised(VECTOR)).isEqualTo(2);
    }

    @Test
    void theClockIsNotReadWhileNothingWaits() {
        guest.controller().pollers().getFirst().interruptClock(() -> {
            throw new AssertionError("read");
        });
        complete(queue, 10);
        coalesce(255, 3);
        exclude(VECTOR, true);
        complete(queue, 10);
        assertThat(raised(VECTOR)).isGreaterThanOrEqualTo(20);
    }

    @Test
    void whatAPassCompletesBeyondTheThresholdInterruptsOnce() {
        coalesce(255, 3);
        guest.interrupts().clear();
        for (int i = 0; i < 20; i++) {
            queue.put((sq, at, cid) -> IoCommand.flush(sq, at, cid, 1));
        }
        queue.ring();
        guest.settle();
        assertThat(raised(VECTOR)).isOne();
        queue.reap(20);
        complete(queue, 3);
        assertThat(raised(VECTOR)).as("the count has begun anew").isOne();
    }

    @Test
    void excludingAVectorLetsNothingWait() {
        coalesce(255, 100);
        guest.interrupts().clear();
        complete(queue, 2);
        assertThat(raised(VECTOR)).isZero();
        exclude(VECTOR, true);
        assertThat(raised(VECTOR)).isOne();
        complete(queue, 1);
        assertThat(raised(VECTOR)).isEqualTo(2);
    }

    @Test
    void aShorterTimeOrALowerThresholdLetsNothingWaitLonger() {
        coalesce(255, 100);
        guest.interrupts().clear();
        complete(queue, 2);
        coalesce(1, 100);
        assertThat(raised(VECTOR)).isOne();
        complete(queue, 1);
        now.addAndGet(UNIT_NANOS);
        guest.settle();
        assertThat(raised(VECTOR)).isEqualTo(2);
        coalesce(255, 1);
        complete(queue, 2);
        assertThat(raised(VECTOR)).isEqualTo(3);
    }

    @Test
    void aQueueThatMayNotInterruptNeverDoes() {
        long submissions = host.allocate(1);
        long completions = host.allocate(1);
        host.admin()
                .execute((sq, at, cid) ->
                        AdminCommand.createCompletionQueue(sq, at, cid, 2, 64, completions, false, VECTOR + 1))
                .orThrow();
        host.admin()
                .execute((sq, at, cid) -> AdminCommand.createSubmissionQueue(sq, at, cid, 2, 64, submissions, 2))
                .orThrow();
        guest.interrupts().clear();
        for (int i = 0; i < 8; i++) {
            if (i == 4) {
                coalesce(1, 1);
                guest.interrupts().clear();
            }
            IoCommand.flush(host.memory(), host.at(submissions) + (long) i * SubmissionEntry.LENGTH_BYTES, i, 1);
            guest.doorbell(Doorbells.submissionTail(2), i + 1);
            guest.settle();
            now.addAndGet(2 * UNIT_NANOS);
            guest.settle();
        }
        long last = host.at(completions) + 7L * CompletionEntry.LENGTH_BYTES;
        assertThat(CompletionEntry.phase(CompletionEntry.second(host.memory(), last)))
                .as("they have completed")
                .isOne();
        assertThat(guest.interrupts()).isEmpty();
    }

    /** Vector 0 may be an I/O queue's as well: Linux shares it if it gets no others. */
    @Test
    void theAdminQueueInterruptsAtOnceOnAVectorThatItShares() {
        HostQueue sharing = host.createQueues(2, 2, 64, 0);
        coalesce(255, 100);
        guest.interrupts().clear();
        complete(sharing, 2);
        assertThat(raised(0)).isZero();
        host.identify(IdentifyCns.CONTROLLER, 0);
        assertThat(raised(0)).isOne();
        now.addAndGet(255 * UNIT_NANOS);
        guest.settle();
        assertThat(raised(0)).as("what was withheld is not forgotten").isEqualTo(2);
    }

    /**
     * Whatever a host does and sets: once a pass has ended, no more completions wait for an interrupt than the threshold says, and none has
     * waited longer than the time. Kept track of here, from what the host can see.
     */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void noCompletionIsEverLeftWithoutItsInterrupt(long seed) {
        Random random = new Random(seed);
        HostQueue[] queues = {queue, host.createQueues(2, 2, 64, VECTOR + 1), host.createQueues(3, 3, 8, VECTOR + 2)};
        int[] open = new int[queues.length];
        int[] waiting = new int[queues.length];
        long[] since = new long[queues.length];
        int time = 0;
        int threshold = 0;
        boolean[] excluded = new boolean[queues.length];
        guest.interrupts().clear();
        for (int step = 0; step < 20_000; step++) {
            int at = random.nextInt(queues.length);
            switch (random.nextInt(100)) {
                case 0 -> {
                    time = random.nextInt(4);
                    threshold = random.nextInt(6);
                    coalesce(time, threshold);
                }
                case 1 -> {
                    excluded[at] = random.nextBoolean();
                    exclude(VECTOR + at, excluded[at]);
                }
                case 2 -> {
                    guest.controller().pause();
                    guest.settle();
                    guest.controller().resume();
                    guest.settle();
                }
                default -> {
                    if (random.nextInt(3) == 0) {
                        now.addAndGet(random.nextInt((int) UNIT_NANOS));
                    } else if (open[at] < (at == 2 ? 6 : 40)) {
                        open[at]++;
                        queues[at].submit((sq, offset, cid) -> IoCommand.flush(sq, offset, cid, 1));
                    }
                }
            }
            guest.step();
            for (int i = 0; i < queues.length; i++) {
                int got = 0;
                while (queues[i].peek().isPresent()) {
                    got++;
                }
                if (got > 0 && random.nextBoolean()) {
                    queues[i].consume();
                } else if (random.nextInt(3) == 0) {
                    queues[i].consume();
                }
                open[i] -= got;
                since[i] = waiting[i] == 0 ? now.get() : since[i];
                waiting[i] = raised(VECTOR + i) > 0 ? 0 : waiting[i] + got;
                boolean atOnce = time == 0 || threshold == 0 || excluded[i];
                assertThat(waiting[i]).isLessThanOrEqualTo(atOnce ? 0 : threshold);
                assertThat(waiting[i] == 0 ? 0 : now.get() - since[i]).isLessThan(Math.max(1, time) * UNIT_NANOS);
            }
            guest.interrupts().clear();
        }
    }

    @Test
    void aThreadThatOnlyDoorbellsWakeWakesInTime() {
        try (InMemoryGuest trapped = InMemoryGuest.trapped(NullBlockDevice.of(1000, 512))) {
            PollerThread thread = new PollerThread(
                    trapped.controller().pollers().getFirst(),
                    IdlePolicy.EVENT,
                    "coalescing-poller",
                    () -> {},
                    Duration.ofHours(1).toNanos());
            trapped.leavePollersToThreads();
            thread.start();
            NvmeHost its = new NvmeHost(trapped);
            its.enable();
            HostQueue one = its.createQueues(1, 1, 64, VECTOR);
            its.admin()
                    .execute((sq, at, cid) -> AdminCommand.setFeatures(
                            sq, at, cid, 0, FeatureId.INTERRUPT_COALESCING, 50 << 8 | 200, 0, 0))
                    .orThrow();
            trapped.interrupts().clear();
            for (int i = 1; i <= 20; i++) {
                long start = System.nanoTime();
                one.submit((sq, at, cid) -> IoCommand.flush(sq, at, cid, 1));
                one.submit((sq, at, cid) -> IoCommand.flush(sq, at, cid, 1));
                int expected = i;
                its.await(
                        "the interrupt",
                        () -> Collections.frequency(List.copyOf(trapped.interrupts()), VECTOR) >= expected);
                assertThat(System.nanoTime() - start).as("not before the time").isGreaterThanOrEqualTo(50 * UNIT_NANOS);
                one.reap(2);
            }
            trapped.controller().pause();
            its.await("the pause", trapped.controller()::paused);
            thread.close();
        }
    }
}
