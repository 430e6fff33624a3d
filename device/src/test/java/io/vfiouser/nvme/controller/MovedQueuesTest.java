package io.vfiouser.nvme.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.block.CancelResult;
import io.vfiouser.nvme.migration.CommandState;
import io.vfiouser.nvme.migration.ControllerState;
import io.vfiouser.nvme.migration.PciState;
import io.vfiouser.nvme.spec.AdminCommand;
import io.vfiouser.nvme.spec.IoCommand;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.testing.HeldBlockDevice;
import io.vfiouser.nvme.testing.HostCompletion;
import io.vfiouser.nvme.testing.HostQueue;
import io.vfiouser.nvme.testing.InMemoryGuest;
import io.vfiouser.nvme.testing.MovingHost;
import io.vfiouser.nvme.testing.NvmeHost;
import io.vfiouser.nvme.testing.ShadowingHost;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of queues, doorbells, interrupts and outstanding commands as a controller moves. */
class MovedQueuesTest {
    private final HeldBlockDevice deviceA = new HeldBlockDevice(1024).releaseAll();
    private final HeldBlockDevice deviceB = new HeldBlockDevice(1024).releaseAll();
    private final InMemoryGuest a = InMemoryGuest.mapped(deviceA);
    private final InMemoryGuest b = InMemoryGuest.withPollers(2, deviceB);
    private final MovingHost transport = new MovingHost(a);
    private final ShadowingHost shadowing = new ShadowingHost(transport);
    private final NvmeHost host = new NvmeHost(shadowing);

    @BeforeEach
    void enable() {
        host.enable();
    }

    @AfterEach
    void close() {
        a.close();
        b.close();
    }

    private int flush(HostQueue queue) {
        return queue.submit((sq, at, cid) -> IoCommand.flush(sq, at, cid, 1));
    }

    private void flushWorks(HostQueue queue) {
        queue.execute((sq, at, cid) -> IoCommand.flush(sq, at, cid, 1)).orThrow();
    }

    @Test
    void queuesOfSparseAndDifferingIdentifiersGoOn() {
        HostQueue sparse = host.createQueues(7, 7, 16, 3);
        HostQueue crossed = host.createQueues(100, 2, 16, 4);
        flushWorks(sparse);
        flushWorks(crossed);
        transport.move(b);
        flushWorks(sparse);
        flushWorks(crossed);
        flushWorks(host.createQueues(8, 8, 16, 5));
    }

    @Test
    void aCompletionQueueWithoutSubmissionQueueMoves() {
        long base = host.allocate(1);
        host.admin()
                .execute((sq, at, cid) -> AdminCommand.createCompletionQueue(sq, at, cid, 5, 16, base, true, 1))
                .orThrow();
        transport.move(b);
        assertThat(host.admin()
                        .execute((sq, at, cid) -> AdminCommand.createCompletionQueue(sq, at, cid, 5, 16, base, true, 1))
                        .status())
                .isEqualTo(StatusCode.INVALID_QUEUE_IDENTIFIER);
        host.admin()
                .execute((sq, at, cid) -> AdminCommand.deleteCompletionQueue(sq, at, cid, 5))
                .orThrow();
    }

    @Test
    void eachPlaceInAWrappingQueueSurvivesAMove() {
        HostQueue queue = host.createQueues(1, 4);
        InMemoryGuest next = b;
        for (int i = 0; i < 20; i++) {
            flushWorks(queue);
            transport.move(next);
            next = next.equals(b) ? a : b;
        }
        flushWorks(queue);
    }

    @Test
    void manyMovesThereAndBackLoseNothing() {
        HostQueue one = host.createQueues(1, 8);
        HostQueue two = host.createQueues(2, 8);
        InMemoryGuest next = b;
        for (int i = 0; i < 100; i++) {
            int first = flush(one);
            int second = flush(two);
            if (i % 3 == 0) {
                host.transport().progress();
            }
            transport.move(next);
            assertThat(one.reap().orThrow().commandId()).isEqualTo(first);
            assertThat(two.reap().orThrow().commandId()).isEqualTo(second);
            next = next.equals(b) ? a : b;
        }
    }

    @Test
    void whatWasAnnouncedBeforeTheStopIsExecutedWithoutAnotherDoorbell() {
        HostQueue queue = host.createQueues(1, 16);
        int id = flush(queue);
        transport.move(b);
        assertThat(queue.reap().orThrow().commandId()).isEqualTo(id);
        assertThat(deviceA.seen()).isEmpty();
    }

    @Test
    void anAdminCommandThatWasAnnouncedBeforeTheStopIsExecuted() {
        int id = host.admin().submit((sq, at, cid) -> AdminCommand.keepAlive(sq, at, cid));
        transport.move(b);
        assertThat(host.admin().reap().orThrow().commandId()).isEqualTo(id);
    }

    @Test
    void aQueueThatIsFullAtTheStopGoesOnWhenTheHostMakesRoom() {
        HostQueue queue = host.createQueues(3, 3, 16, 4, 2);
        for (int i = 0; i < 7; i++) {
            flush(queue);
        }
        a.settle();
        transport.move(b);
        b.settle();
        List<HostCompletion> all = queue.reap(7);
        assertThat(all).extracting(HostCompletion::commandId).containsExactly(0, 1, 2, 3, 4, 5, 6);
        all.forEach(HostCompletion::orThrow);
    }

    @Test
    void completionsThatTheHostHasNotConsumedInterruptItAgain() {
        HostQueue queue = host.createQueues(1, 1, 16, 9);
        flush(queue);
        host.createQueues(2, 2, 16, 11);
        a.settle();
        transport.move(b);
        assertThat(b.interrupts()).contains(9).doesNotContain(11);
    }

    @Test
    void aHostThatHasConsumedAllIsNotInterrupted() {
        HostQueue queue = host.createQueues(1, 1, 16, 9);
        flushWorks(queue);
        transport.move(b);
        b.settle();
        assertThat(b.interrupts()).isEmpty();
    }

    @Test
    void aPendingInterruptIsRaisedAtTheOtherPlace() {
        ControllerState state = stopWithPending(List.of(6));
        assertThat(state.pendingInterrupts()).containsExactly(6);
        transport.arrive(b, state);
        assertThat(b.interrupts()).isEmpty();
        b.controller().resume();
        assertThat(b.interrupts()).containsExactly(6);
    }

    private ControllerState stopWithPending(List<Integer> vectors) {
        var ignored = transport.stop();
        return a.controller().save(PciState.NONE, vectors);
    }

    @Test
    void aCommandThatWasTakenBackIsExecutedAtTheOtherPlace() {
        HostQueue queue = host.createQueues(1, 16);
        HeldBlockDevice held = new HeldBlockDevice(1024);
        held.answers(wanted -> CancelResult.CANCELLED);
        InMemoryGuest slow = InMemoryGuest.mapped(held);
        try {
            transport.move(slow);
            long buffer = host.allocate(1);
            int id = queue.submit((sq, at, cid) -> IoCommand.read(sq, at, cid, 1, 0, 8, buffer, 0));
            slow.settle();
            // What takes its place must not be taken for it.
            host.slice(queue.submissionBase(), 64).fill((byte) 0xFF);
            ControllerState state = transport.stop();
            assertThat(state.commands())
                    .extracting(CommandState::submissionQueueId)
                    .containsExactly(1);
            transport.arrive(b, state);
            b.controller().resume();
            assertThat(queue.reap().orThrow().commandId()).isEqualTo(id);
            flushWorks(queue);
        } finally {
            slow.close();
        }
    }

    @Test
    void anAbortedEntryThatWaitsIsAbortedAtTheOtherPlace() {
        HostQueue queue = host.createQueues(1, 1, 16, 2, 1);
        flush(queue);
        int waiting = flush(queue);
        a.settle();
        host.admin()
                .execute((sq, at, cid) -> AdminCommand.abort(sq, at, cid, 1, waiting))
                .orThrow();
        transport.move(b);
        queue.reap().orThrow();
        assertThat(queue.reap().status()).isEqualTo(StatusCode.COMMAND_ABORT_REQUESTED);
        flushWorks(queue);
    }

    @Test
    void shadowDoorbellsAreFollowedAtTheOtherPlace() {
        HostQueue before = host.createQueues(1, 8);
        flushWorks(before);
        shadowing.configure(host, queueId -> queueId > 0);
        HostQueue after = host.createQueues(2, 8);
        InMemoryGuest next = b;
        for (int i = 0; i < 30; i++) {
            int one = flush(before);
            int two = i % 2 == 0 ? flush(after) : -1;
            if (i % 5 == 0) {
                host.transport().progress();
            }
            transport.move(next);
            assertThat(before.reap().orThrow().commandId()).isEqualTo(one);
            if (two >= 0) {
                assertThat(after.reap().orThrow().commandId()).isEqualTo(two);
            }
            next = next.equals(b) ? a : b;
        }
    }

    @Test
    void aHostThatHasNotTakenUpItsShadowsRingsRegistersAtTheOtherPlaceToo() {
        HostQueue queue = host.createQueues(1, 8);
        flushWorks(queue);
        flushWorks(queue);
        shadowing.configure(host, queueId -> false);
        flush(queue);
        transport.move(b);
        queue.reap().orThrow();
        flushWorks(queue);
        shadowing.configure(host, queueId -> queueId > 0);
        flush(queue);
        transport.move(a);
        queue.reap().orThrow();
        flushWorks(queue);
    }

    @Test
    void afterARollBackEverythingGoesOnAndMaySaveAgain() {
        HostQueue queue = host.createQueues(1, 8);
        shadowing.configure(host, queueId -> queueId > 0);
        for (int i = 0; i < 20; i++) {
            int id = flush(queue);
            ControllerState first = transport.stop();
            ControllerState second = transport.stop();
            assertThat(second.submissionQueues()).isEqualTo(first.submissionQueues());
            assertThat(second.completionQueues()).isEqualTo(first.completionQueues());
            assertThat(second.commands()).isEqualTo(first.commands());
            a.controller().resume();
            assertThat(queue.reap().orThrow().commandId()).isEqualTo(id);
        }
        transport.move(b);
        flushWorks(queue);
    }

    @Test
    void savingTouchesNoGuestMemory() {
        HostQueue queue = host.createQueues(1, 8);
        shadowing.configure(host, queueId -> queueId > 0);
        flushWorks(queue);
        flush(queue);
        a.controller().pause(true);
        a.settle();
        a.dirtyPages().clear();
        var ignored = transport.stop();
        assertThat(a.dirtyPages().isEmpty()).isTrue();
    }

    @Test
    void afterAResetNothingIsLeftOfWhatWasRestored() {
        HostQueue queue = host.createQueues(1, 1, 16, 9);
        flush(queue);
        a.settle();
        flush(queue);
        transport.arrive(b, transport.stop());
        b.controller().reset();
        b.controller().resume();
        b.settle();
        assertThat(b.interrupts()).isEmpty();
        assertThat(deviceB.seen()).isEmpty();
        host.enable();
        assertThat(host.admin()
                        .execute((sq, at, cid) -> AdminCommand.deleteSubmissionQueue(sq, at, cid, 1))
                        .status())
                .isEqualTo(StatusCode.INVALID_QUEUE_IDENTIFIER);
        flushWorks(host.createQueues(1, 16));
    }
}
