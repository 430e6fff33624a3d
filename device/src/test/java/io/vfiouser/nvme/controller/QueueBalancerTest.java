package io.vfiouser.nvme.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.block.CancelResult;
import io.vfiouser.nvme.spec.AdminCommand;
import io.vfiouser.nvme.spec.ControllerConfiguration;
import io.vfiouser.nvme.spec.ControllerRegisters;
import io.vfiouser.nvme.spec.ControllerStatus;
import io.vfiouser.nvme.spec.Doorbells;
import io.vfiouser.nvme.spec.FeatureId;
import io.vfiouser.nvme.spec.IoCommand;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.testing.HeldBlockDevice;
import io.vfiouser.nvme.testing.HostCompletion;
import io.vfiouser.nvme.testing.HostQueue;
import io.vfiouser.nvme.testing.InMemoryGuest;
import io.vfiouser.nvme.testing.MovingHost;
import io.vfiouser.nvme.testing.NvmeHost;
import io.vfiouser.nvme.testing.ShadowingHost;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Queues that go from one poller to another, stepped by hand, with a clock and loads that the test sets. */
class QueueBalancerTest {
    private static final int ENTRIES = 64;
    private static final long SECOND = QueueBalancer.INTERVAL_NANOS;

    private final HeldBlockDevice device = new HeldBlockDevice(1024);
    private final InMemoryGuest guest = InMemoryGuest.withPollers(2, device);
    private final NvmeHost host = new NvmeHost(guest);
    private long now = 1;

    @BeforeEach
    void enable() {
        guest.controller().balanceClock(() -> now);
        host.enable();
    }

    @AfterEach
    void close() {
        device.releaseAll();
        guest.close();
    }

    private HostQueue[] queues(int count) {
        HostQueue[] queues = new HostQueue[count + 1];
        queues[0] = host.admin();
        for (int i = 1; i <= count; i++) {
            queues[i] = host.createQueues(i, ENTRIES);
        }
        return queues;
    }

    private int pollerOf(int completionQueue) {
        return guest.controller().pollerOfQueue(completionQueue);
    }

    private long moved() {
        return guest.controller().movedQueues();
    }

    /** A second in which the pollers are idle for such shares of it, and queues get so many commands. */
    private void second(double idle0, double idle1, HostQueue[] queues, int... commands) {
        for (int i = 0; i < commands.length; i++) {
            for (int n = 0; n < commands[i]; n++) {
                flush(queues[i + 1]);
                queues[i + 1].reap().orThrow();
            }
        }
        List<QueuePoller> pollers = guest.controller().pollers();
        pollers.get(0).load().idle((long) (idle0 * SECOND));
        pollers.get(1).load().idle((long) (idle1 * SECOND));
        now += SECOND;
        guest.settle();
    }

    private static int flush(HostQueue queue) {
        return queue.submit((sq, at, cid) -> IoCommand.flush(sq, at, cid, 1));
    }

    private void completesInOrder(HostQueue queue) {
        Set<Integer> expected = new HashSet<>();
        for (int i = 0; i < 10; i++) {
            expected.add(flush(queue));
        }
        Set<Integer> got = new HashSet<>();
        for (HostCompletion each : queue.reap(10)) {
            each.orThrow();
            got.add(each.commandId());
        }
        assertThat(got).isEqualTo(expected);
        assertThat(queue.peek()).isEmpty();
    }

    // ---- when ----

    @Test
    void aSaturatedPollerGivesAQueueAwayAfterSomeIntervals() {
        device.releaseAll();
        HostQueue[] queues = queues(4);
        assertThat(List.of(pollerOf(1), pollerOf(2), pollerOf(3), pollerOf(4))).containsExactly(0, 1, 0, 1);
        for (int i = 1; i < QueueBalancer.INTERVALS; i++) {
            second(0, 1, queues, 20, 0, 20, 0);
            assertThat(moved()).isZero();
        }
        second(0, 1, queues, 20, 0, 20, 0);
        assertThat(moved()).isOne();
        assertThat(pollerOf(1)).isNotEqualTo(pollerOf(3));
        for (int i = 1; i <= 4; i++) {
            completesInOrder(queues[i]);
        }
    }

    @Test
    void theQueueGoesThatMakesTheTwoMostEqual() {
        device.releaseAll();
        HostQueue[] queues = queues(6);
        for (int i = 0; i < QueueBalancer.INTERVALS; i++) {
            second(0, 0.8, queues, 35, 3, 20, 0, 5, 0);
        }
        assertThat(moved()).isOne();
        assertThat(List.of(pollerOf(1), pollerOf(3), pollerOf(5))).containsExactly(0, 1, 0);
    }

    @Test
    void anIntervalThatSaysOtherwiseBeginsTheCountAnew() {
        device.releaseAll();
        HostQueue[] queues = queues(4);
        for (int round = 0; round < 5; round++) {
            second(0, 1, queues, 20, 0, 20, 0);
            second(0, 1, queues, 20, 0, 20, 0);
            second(round % 2 == 0 ? 0.2 : 0, round % 2 == 0 ? 1 : 0.3, queues, 20, 0, 20, 0);
        }
        assertThat(moved()).isZero();
    }

    @Test
    void aQueueThatAloneMakesTheLoadStays() {
        device.releaseAll();
        HostQueue[] queues = queues(4);
        for (int i = 0; i < 3 * QueueBalancer.INTERVALS; i++) {
            second(0, 1, queues, 40, 0, 0, 0);
        }
        for (int i = 0; i < 3 * QueueBalancer.INTERVALS; i++) {
            second(0, 1, queues, 40, 0, 1, 0);
        }
        assertThat(moved()).isZero();
    }

    @Test
    void nothingGoesWhereBothAreBusyOrNoneIs() {
        device.releaseAll();
        HostQueue[] queues = queues(4);
        for (int i = 0; i < 2 * QueueBalancer.INTERVALS; i++) {
            second(0, 0.1, queues, 20, 10, 20, 10);
        }
        for (int i = 0; i < 2 * QueueBalancer.INTERVALS; i++) {
            second(0.2, 1, queues, 20, 0, 20, 0);
        }
        assertThat(moved()).isZero();
    }

    @Test
    void loadThatGoesToAndFroMovesQueuesSeldom() {
        device.releaseAll();
        HostQueue[] queues = queues(4);
        int seconds = 60;
        for (int i = 0; i < seconds; i++) {
            boolean first = pollerOf(1) == 0 && pollerOf(3) == 0;
            // Whoever has two of the queues is always said to be saturated.
            second(first ? 0 : 1, first ? 1 : 0, queues, 20, 20, 20, 20);
        }
        assertThat(moved()).isPositive();
        assertThat(moved()).isLessThanOrEqualTo(seconds / (QueueBalancer.REST_NANOS / SECOND));
    }

    // ---- how ----

    @Test
    void commandsThatAreUnderWayCompleteBeforeTheQueueGoes() {
        HostQueue[] queues = queues(2);
        Set<Integer> expected = new HashSet<>();
        for (int i = 0; i < 3; i++) {
            expected.add(flush(queues[1]));
        }
        guest.settle();
        assertThat(device.outstanding()).isEqualTo(3);
        assertThat(guest.controller().moveQueue(1, 1)).isTrue();
        guest.settle();
        expected.add(flush(queues[1]));
        guest.settle();
        assertThat(device.outstanding()).as("nothing more is fetched from it").isEqualTo(3);
        assertThat(pollerOf(1)).isZero();

        int other = flush(queues[2]);
        device.release(4);
        assertThat(queues[2].reap().commandId()).as("other queues go on").isEqualTo(other);
        guest.settle();
        now += QueueBalancer.RETRY_NANOS;
        guest.settle();
        assertThat(pollerOf(1)).isOne();
        device.releaseAll();
        Set<Integer> got = new HashSet<>();
        queues[1].reap(4).forEach(each -> got.add(each.commandId()));
        assertThat(got).isEqualTo(expected);
        completesInOrder(queues[1]);
        completesInOrder(queues[2]);
    }

    /** Commands that were asked back for a pause are executed again from there, in the memory that is mapped then. */
    @Test
    void aPollerWhoseOnlyQueueIsAboutToGoStillHearsOfMemory() {
        HostQueue[] queues = queues(1);
        flush(queues[1]);
        guest.settle();
        assertThat(guest.controller().moveQueue(1, 1)).isTrue();
        guest.settle();
        guest.guestMemory().publish(guest.table());
        guest.controller().pollers().getFirst().doWork();
        assertThat(guest.controller().pollers().getFirst().table())
                .isSameAs(guest.guestMemory().table());
    }

    @Test
    void aQueueWhoseCommandsTakeLongStays() {
        HostQueue[] queues = queues(2);
        flush(queues[1]);
        guest.settle();
        assertThat(guest.controller().moveQueue(1, 1)).isTrue();
        guest.settle();
        flush(queues[1]);
        guest.settle();
        assertThat(device.outstanding()).isOne();
        assertThat(guest.controller().inTransition()).isTrue();
        now += QueueBalancer.PATIENCE_NANOS;
        guest.settle();
        assertThat(device.outstanding()).as("it is fetched from again").isEqualTo(2);
        assertThat(pollerOf(1)).isZero();
        assertThat(guest.controller().inTransition()).isFalse();
        device.releaseAll();
        queues[1].reap(2);
        completesInOrder(queues[1]);
        assertThat(moved()).isZero();
    }

    @Test
    void allSubmissionQueuesOfACompletionQueueGoTogether() {
        device.releaseAll();
        HostQueue first = host.createQueues(1, 1, ENTRIES, 1);
        host.createQueues(2, 2, ENTRIES, 2);
        long base = host.allocate(1);
        host.admin()
                .execute((sq, at, cid) -> AdminCommand.createSubmissionQueue(sq, at, cid, 3, ENTRIES, base, 1))
                .orThrow();
        assertThat(guest.controller().moveQueue(1, 1)).isTrue();
        guest.settle();
        assertThat(pollerOf(1)).isOne();
        IoCommand.flush(host.memory(), host.at(base), 77, 1);
        guest.doorbell(Doorbells.submissionTail(3), 1);
        int own = flush(first);
        QueuePoller before = guest.controller().pollers().get(0);
        assertThat(before.doWork()).as("it has none of them any more").isZero();
        Set<Integer> got = new HashSet<>();
        first.reap(2).forEach(each -> got.add(each.commandId()));
        assertThat(got).containsExactlyInAnyOrder(77, own);
    }

    @Test
    void aWithheldInterruptIsRaisedBeforeTheQueueGoes() {
        device.releaseAll();
        HostQueue[] queues = queues(1);
        host.admin()
                .execute((sq, at, cid) ->
                        AdminCommand.setFeatures(sq, at, cid, 0, FeatureId.INTERRUPT_COALESCING, 255 << 8 | 100, 0, 0))
                .orThrow();
        guest.controller().pollers().forEach(each -> each.interruptClock(() -> 0));
        guest.interrupts().clear();
        flush(queues[1]);
        queues[1].reap().orThrow();
        assertThat(guest.interrupts()).doesNotContain(1);
        guest.controller().moveQueue(1, 1);
        guest.settle();
        assertThat(pollerOf(1)).isOne();
        assertThat(Collections.frequency(guest.interrupts(), 1)).isOne();
        flush(queues[1]);
        queues[1].reap().orThrow();
        assertThat(Collections.frequency(guest.interrupts(), 1)).isOne();
        guest.controller().moveQueue(1, 0);
        guest.settle();
        assertThat(Collections.frequency(guest.interrupts(), 1)).isEqualTo(2);
    }

    @Test
    void loadCountsAgainWhereAQueueWentAndNewQueuesGoToTheOther() {
        HostQueue[] queues = queues(2);
        guest.controller().moveQueue(1, 1);
        guest.settle();
        host.createQueues(3, ENTRIES);
        assertThat(pollerOf(3)).as("the one without queues").isZero();
        device.releaseAll();
        completesInOrder(queues[2]);
    }

    @Test
    void aQueueThatDoesNotExistOrIsThereAlreadyDoesNotGo() {
        queues(2);
        assertThat(guest.controller().moveQueue(9, 1)).isFalse();
        assertThat(guest.controller().moveQueue(1, 0)).isFalse();
        guest.controller().pause();
        assertThat(guest.controller().moveQueue(1, 1)).isFalse();
        guest.settle();
        guest.controller().resume();
        guest.settle();
        assertThat(moved()).isZero();
    }

    // ---- what comes in between ----

    private HostQueue[] parkedWithACommand() {
        HostQueue[] queues = queues(2);
        flush(queues[1]);
        guest.settle();
        assertThat(guest.controller().moveQueue(1, 1)).isTrue();
        guest.settle();
        return queues;
    }

    @Test
    void aResetEndsAMove() {
        parkedWithACommand();
        guest.controller().reset();
        device.releaseAll();
        guest.settle();
        host.enable();
        assertThat(guest.controller().inTransition()).isFalse();
        HostQueue[] queues = queues(2);
        completesInOrder(queues[1]);
        completesInOrder(queues[2]);
        assertThat(moved()).isZero();
    }

    @Test
    void aDisabledControllerIsNotInTransitionForAQueueThatIsNoMore() {
        parkedWithACommand();
        device.releaseAll();
        host.disable();
        guest.settle();
        assertThat(guest.controller().inTransition()).isFalse();
    }

    @Test
    void aShutdownWaitsForNoMove() {
        HostQueue[] queues = parkedWithACommand();
        guest.write32(
                ControllerRegisters.CC,
                ControllerConfiguration.withShutdown(
                        ControllerConfiguration.USUAL | ControllerConfiguration.EN,
                        ControllerConfiguration.SHN_NORMAL));
        guest.settle();
        device.releaseAll();
        host.await("the shutdown", () -> ControllerStatus.shutdown(host.status()) == ControllerStatus.SHST_COMPLETE);
        queues[1].reap().orThrow();
    }

    @Test
    void aPauseComesBetweenAndTheMoveGoesOnAfterwards() {
        HostQueue[] queues = parkedWithACommand();
        flush(queues[1]);
        device.answers(wanted -> CancelResult.CANCELLED);
        guest.controller().pollers().forEach(each -> each.quiesceClock(() -> now));
        guest.controller().pause();
        guest.settle();
        now += 1_000_000_000L;
        host.await("the pause", guest.controller()::paused);
        guest.controller().resume();
        device.releaseAll();
        queues[1].reap(2).forEach(HostCompletion::orThrow);
        now += QueueBalancer.RETRY_NANOS;
        guest.settle();
        completesInOrder(queues[1]);
        completesInOrder(queues[2]);
    }

    @Test
    void aParkedQueueIsSavedWithTheOthers() {
        try (InMemoryGuest elsewhere = InMemoryGuest.withPollers(2, new HeldBlockDevice(1024).releaseAll())) {
            MovingHost transport = new MovingHost(guest);
            NvmeHost moving = new NvmeHost(transport);
            host.disable();
            moving.enable();
            HostQueue queue = moving.createQueues(1, ENTRIES);
            flush(queue);
            guest.settle();
            device.answers(wanted -> CancelResult.CANCELLED);
            assertThat(guest.controller().moveQueue(1, 1)).isTrue();
            guest.settle();
            flush(queue);
            guest.settle();
            assertThat(device.outstanding()).isOne();
            transport.move(elsewhere);
            queue.reap(2).forEach(HostCompletion::orThrow);
            completesInOrder(queue);
        }
    }

    @Test
    void anAbortFindsTheCommandsOfAParkedQueue() {
        HostQueue queue = host.createQueues(1, 1, 16, 2, 1);
        int underWay = flush(queue);
        int waiting = flush(queue);
        guest.settle();
        assertThat(device.outstanding()).as("there is room for one completion").isOne();
        assertThat(guest.controller().moveQueue(1, 1)).isTrue();
        guest.settle();
        host.admin()
                .execute((sq, at, cid) -> AdminCommand.abort(sq, at, cid, 1, waiting))
                .orThrow();
        device.releaseAll();
        assertThat(queue.reap().orThrow().commandId()).isEqualTo(underWay);
        now += QueueBalancer.RETRY_NANOS;
        HostCompletion aborted = queue.reap();
        assertThat(aborted.commandId()).isEqualTo(waiting);
        assertThat(aborted.status()).isEqualTo(StatusCode.COMMAND_ABORT_REQUESTED);
        assertThat(pollerOf(1)).isOne();
        queue.execute((sq, at, cid) -> IoCommand.flush(sq, at, cid, 1)).orThrow();
    }

    @Test
    void aParkedQueueCanBeDeletedAndItsPollerGetOthers() {
        HostQueue[] queues = parkedWithACommand();
        host.admin().submit((sq, at, cid) -> AdminCommand.deleteSubmissionQueue(sq, at, cid, 1));
        guest.settle();
        device.releaseAll();
        host.admin().reap().orThrow();
        queues[1].reap().orThrow();
        host.admin()
                .execute((sq, at, cid) -> AdminCommand.deleteCompletionQueue(sq, at, cid, 1))
                .orThrow();
        HostQueue again = host.createQueues(1, ENTRIES);
        now += SECOND;
        guest.settle();
        assertThat(guest.controller().inTransition()).isFalse();
        completesInOrder(again);
        completesInOrder(queues[2]);
    }

    /** Its poller completes commands of the parked one and of the new ones in one pass. */
    @Test
    void queuesAreCreatedWhileOneIsParked() {
        HostQueue[] queues = parkedWithACommand();
        HostQueue[] more = new HostQueue[5];
        for (int i = 3; i <= 7; i++) {
            more[i - 3] = host.createQueues(i, ENTRIES);
            flush(more[i - 3]);
        }
        guest.settle();
        device.releaseAll();
        guest.settle();
        queues[1].reap().orThrow();
        for (HostQueue each : more) {
            each.reap().orThrow();
        }
        now += QueueBalancer.RETRY_NANOS;
        guest.settle();
        assertThat(pollerOf(1)).isOne();
    }

    // ---- all together ----

    /** Every interleaving of passes is a possible one: who has a turn is chosen by chance. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void nothingIsLostOrDoneTwiceWhateverMovesWhen(long seed) {
        Random random = new Random(seed);
        ShadowingHost shadow = new ShadowingHost(guest);
        NvmeHost with = new NvmeHost(shadow);
        host.disable();
        with.enable();
        int count = 5;
        List<HostQueue> queues = new ArrayList<>();
        List<Map<Integer, Integer>> open = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            // Some have so little room for completions that it runs out.
            queues.add(with.createQueues(i, i, i > 3 ? 32 : 8, i > 3 ? 32 : 4, i));
            open.add(new HashMap<>());
        }
        if (seed % 2 == 0) {
            shadow.configure(with, id -> true);
        }
        List<QueuePoller> pollers = guest.controller().pollers();
        long moves = 0;
        int completions = 0;
        for (int step = 0; step < 30_000; step++) {
            int at = random.nextInt(count);
            HostQueue queue = queues.get(at);
            switch (random.nextInt(12)) {
                case 0, 1 -> {
                    if (open.get(at).size() < (at > 2 ? 30 : 6)) {
                        open.get(at).put(flush(queue), step);
                    }
                }
                case 2 -> device.release(1 + random.nextInt(4));
                case 3, 4 -> pollers.get(0).doWork();
                case 5, 6 -> pollers.get(1).doWork();
                case 7, 8 -> guest.controller().doWork();
                case 9 -> now += random.nextInt(3) == 0 ? QueueBalancer.PATIENCE_NANOS : QueueBalancer.RETRY_NANOS;
                case 10 -> {
                    if (random.nextInt(4) == 0) {
                        guest.controller().moveQueue(at + 1, random.nextInt(2));
                    }
                    if (random.nextInt(40) == 0) {
                        guest.controller().pause();
                    } else {
                        guest.controller().resume();
                    }
                }
                default -> {
                    var next = queue.peek();
                    while (next.isPresent()) {
                        completions++;
                        next.get().orThrow();
                        assertThat(open.get(at).remove(next.get().commandId()))
                                .as("a completion of a command that has none")
                                .isNotNull();
                        next = random.nextInt(4) == 0 ? Optional.empty() : queue.peek();
                    }
                    queue.consume();
                }
            }
            moves = moved();
        }
        guest.controller().resume();
        device.releaseAll();
        now += SECOND;
        for (int i = 0; i < count; i++) {
            Map<Integer, Integer> rest = open.get(i);
            while (!rest.isEmpty()) {
                assertThat(rest.remove(queues.get(i).reap().orThrow().commandId()))
                        .isNotNull();
            }
            assertThat(queues.get(i).peek()).isEmpty();
        }
        assertThat(moves).isGreaterThan(50);
        assertThat(completions).isGreaterThan(1000);
    }
}
