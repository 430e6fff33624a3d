package io.vfiouser.nvme.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vfiouser.nvme.block.CancelResult;
import io.vfiouser.nvme.block.Operation;
import io.vfiouser.nvme.migration.Bytes;
import io.vfiouser.nvme.migration.CommandState;
import io.vfiouser.nvme.spec.AdminCommand;
import io.vfiouser.nvme.spec.FeatureId;
import io.vfiouser.nvme.spec.IoCommand;
import io.vfiouser.nvme.spec.NvmOpcode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import io.vfiouser.nvme.testing.HeldBlockDevice;
import io.vfiouser.nvme.testing.HostCompletion;
import io.vfiouser.nvme.testing.HostQueue;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A pause in which the controller is saved: what it waits for, what it says meanwhile, what others take over. */
class StopTest {
    private final QuiesceBench bench = new QuiesceBench(2);
    private final HeldBlockDevice device = bench.device;
    private final HostQueue queue = bench.queue;

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    void detachedIsNotEnoughToStop() {
        bench.detaches();
        int id = bench.write(queue, 3, 7);
        bench.tryToPause(true);
        assertThat(bench.controller().paused()).isFalse();
        assertThat(bench.controller().stoppable())
                .hasValueSatisfying(why -> assertThat(why).contains("1").contains("Write"));

        bench.controller().pause(false);
        bench.guest.settle();
        bench.passGrace();
        bench.guest.settle();
        assertThat(bench.controller().paused())
                .as("it is for leaving memory alone")
                .isTrue();
        assertThat(bench.controller().stoppable()).isPresent();
        device.releaseAll();
        bench.guest.settle();
        assertThat(queue.peek()).isEmpty();
        bench.controller().resume();
        assertThat(queue.reap().orThrow().commandId()).isEqualTo(id);
        assertThat(device.at(3)).isEqualTo((byte) 7);
        assertThat(device.seen()).hasSize(1);
    }

    @Test
    void whatIsHeldKeepsNobodyFromStopping() {
        bench.givesBack();
        int one = bench.write(queue, 3, 7);
        int two = bench.write(bench.second, 4, 8);
        bench.tryToPause(true);
        assertThat(bench.controller().paused()).isTrue();
        assertThat(bench.controller().stoppable()).isEmpty();
        bench.controller().resume();
        device.releaseAll();
        assertThat(queue.reap().orThrow().commandId()).isEqualTo(one);
        assertThat(bench.second.reap().orThrow().commandId()).isEqualTo(two);
    }

    @Test
    void whatIsDetachedIsAskedBackOnceMoreWhenItIsToStop() {
        bench.detaches();
        int id = bench.write(queue, 3, 7);
        bench.pause();
        bench.givesBack();
        bench.tryToPause(true);
        assertThat(bench.controller().paused()).isTrue();
        assertThat(bench.controller().stoppable()).isEmpty();
        assertThat(bench.poller().heldCommands()).hasSize(1);
        bench.controller().resume();
        device.releaseAll();
        assertThat(queue.reap().orThrow().commandId()).isEqualTo(id);
    }

    @Test
    void anAdminCommandThatWasBegunEndsFirst() {
        bench.givesBack();
        int id = bench.write(queue, 3, 7);
        int off = bench.host
                .admin()
                .submit((sq, at, cid) ->
                        AdminCommand.setFeatures(sq, at, cid, 0, FeatureId.VOLATILE_WRITE_CACHE, 0, 0, 0));
        bench.guest.settle();
        bench.tryToPause(true);
        assertThat(bench.controller().paused()).isFalse();
        assertThat(bench.controller().stoppable())
                .hasValueSatisfying(why -> assertThat(why).contains("admin"));
        int late = bench.host.admin().submit((sq, at, cid) -> AdminCommand.abort(sq, at, cid, 0, 77));
        device.releaseAll();
        bench.host.await("the pause", bench.controller()::paused);
        assertThat(bench.controller().stoppable()).isEmpty();
        assertThat(queue.peek().orElseThrow().orThrow().commandId()).isEqualTo(id);
        assertThat(bench.host.admin().peek().orElseThrow().orThrow().commandId())
                .isEqualTo(off);
        bench.guest.settle();
        assertThat(bench.host.admin().peek()).as("none is begun").isEmpty();
        bench.controller().resume();
        assertThat(bench.host.admin().reap().commandId()).isEqualTo(late);
    }

    @Test
    void aPlainPauseWaitsForNoAdminCommandButStopsForIt() {
        bench.givesBack();
        int ignored = bench.write(queue, 3, 7);
        ignored = bench.host.admin().submit((sq, at, cid) -> AdminCommand.deleteSubmissionQueue(sq, at, cid, 2));
        bench.guest.controller().doWork();
        bench.pause();
        assertThat(bench.controller().stoppable()).isPresent();
        bench.controller().resume();
        device.releaseAll();
        bench.host.admin().reap().orThrow();
        queue.reap().orThrow();
    }

    /** A fused operation of one poller waits for a Write of another, which has nothing to wait for itself. */
    @Test
    void aPollerWithDetachedCommandsDoesNotLeaveAnothersFusedOperationInTheLurch() {
        bench.detaches();
        int write = bench.write(bench.second, 3, 0);
        long old = bench.page(0);
        long wanted = bench.page(9);
        int ignored = queue.put((sq, at, cid) -> {
            IoCommand.compare(sq, at, cid, 1, 3, 1, 0, old, 0);
            SubmissionEntry.putFused(sq, at, SubmissionEntry.FUSE_FIRST);
        });
        ignored = queue.put((sq, at, cid) -> {
            IoCommand.write(sq, at, cid, 1, 3, 1, 0, wanted, 0);
            SubmissionEntry.putFused(sq, at, SubmissionEntry.FUSE_SECOND);
        });
        queue.ring();
        bench.guest.settle();
        bench.tryToPause(false);
        assertThat(bench.controller().paused()).isFalse();
        device.releaseAll();
        bench.guest.settle();
        assertThat(bench.controller().paused()).isTrue();
        assertThat(device.seen())
                .extracting(HeldBlockDevice.Seen::operation)
                .as("neither of the two was taken back or executed twice")
                .containsExactly(Operation.WRITE, Operation.READ, Operation.WRITE);
        assertThat(device.at(3)).isEqualTo((byte) 9);
        bench.controller().resume();
        assertThat(queue.reap(2)).allSatisfy(HostCompletion::orThrow);
        assertThat(bench.second.reap().orThrow().commandId()).isEqualTo(write);
    }

    @Test
    void fusedCommandsAreNotTakenBackAndWhatWaitsForThemIs() {
        bench.givesBack();
        long old = bench.page(0);
        long wanted = bench.page(9);
        int ignored = queue.put((sq, at, cid) -> {
            IoCommand.compare(sq, at, cid, 1, 3, 1, 0, old, 0);
            SubmissionEntry.putFused(sq, at, SubmissionEntry.FUSE_FIRST);
        });
        ignored = queue.put((sq, at, cid) -> {
            IoCommand.write(sq, at, cid, 1, 3, 1, 0, wanted, 0);
            SubmissionEntry.putFused(sq, at, SubmissionEntry.FUSE_SECOND);
        });
        queue.ring();
        bench.guest.settle();
        long into = bench.page(1);
        int reader = bench.read(bench.second, 3, into);
        assertThat(device.outstanding()).as("the Read waits at the gate").isOne();
        bench.tryToPause(false);
        assertThat(bench.controller().paused()).isFalse();
        assertThat(device.cancelled()).isZero();
        assertThat(bench.controller().pollers().get(1).heldCommands()).hasSize(1);
        device.release(2);
        bench.guest.settle();
        assertThat(bench.controller().paused()).isTrue();
        assertThat(queue.reap(2)).allSatisfy(HostCompletion::orThrow);
        bench.controller().resume();
        device.releaseAll();
        assertThat(bench.second.reap().orThrow().commandId()).isEqualTo(reader);
        assertThat(bench.byteAt(into)).isEqualTo((byte) 9);
    }

    @Test
    void heldCommandsAreTakenOverByAnotherControllerAndDroppedHere() {
        bench.givesBack();
        int id = bench.write(queue, 3, 7);
        bench.tryToPause(true);
        List<CommandState> commands = bench.poller().heldCommands();
        assertThat(commands).hasSize(1);
        assertThat(commands.getFirst().submissionQueueId()).isEqualTo(1);
        bench.poller().dropHeld();
        assertThat(bench.poller().heldCommands()).isEmpty();
        bench.controller().resume();
        device.releaseAll();
        bench.guest.settle();
        assertThat(queue.peek()).isEmpty();
        assertThat(device.seen()).hasSize(1);

        bench.tryToPause(true);
        SubmissionQueue here = new SubmissionQueue(1, 16, queue.submissionBase(), completions());
        assertThat(here.ring().map(bench.guest.table())).isTrue();
        bench.poller().hold(here, commands.getFirst());
        assertThat(bench.poller().heldCommands()).isEqualTo(commands);
        assertThat(bench.poller().drained()).isFalse();
        bench.controller().resume();
        bench.guest.settle();
        assertThat(queue.peek().orElseThrow().orThrow().commandId()).isEqualTo(id);
        assertThat(device.at(3)).isEqualTo((byte) 7);
    }

    private CompletionQueue completions() {
        CompletionQueue cq = new CompletionQueue(1, 16, queue.completionBase(), true, 1);
        assertThat(cq.ring().map(bench.guest.table())).isTrue();
        return cq;
    }

    @Test
    void whatCannotBeHeldIsRefusedByName() {
        bench.tryToPause(true);
        SubmissionQueue here = new SubmissionQueue(1, 16, queue.submissionBase(), completions());
        refuses(here, entry(NvmOpcode.COMPARE), "Compare");
        refuses(here, entry(0xFF), "FFh");
        refuses(here, entry(NvmOpcode.WRITE | SubmissionEntry.flags(SubmissionEntry.FUSE_SECOND, 0)), "fused");
        refuses(here, Bytes.of(new byte[63]), "63");
        for (int i = 0; i < 15; i++) {
            bench.poller().hold(here, new CommandState(1, entry(NvmOpcode.FLUSH)));
        }
        refuses(here, entry(NvmOpcode.FLUSH), "room");
        bench.poller().dropHeld();
        assertThat(here.completionQueue().room()).isEqualTo(15);
    }

    private void refuses(SubmissionQueue into, Bytes entry, String why) {
        assertThatThrownBy(() -> bench.poller().hold(into, new CommandState(1, entry)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why);
    }

    private static Bytes entry(int cdw0) {
        MemorySegment entry = MemorySegment.ofArray(new byte[SubmissionEntry.LENGTH_BYTES]);
        SubmissionEntry.write(entry, 0, cdw0, 5, 1, 0, 0, 0, 0, 0);
        return Bytes.of(entry);
    }

    @Test
    void aBackEndThatNeverLetsGoKeepsItFromStoppingUntilItIsResumed() {
        device.answers(wanted -> CancelResult.IN_PROGRESS);
        int id = bench.write(queue, 3, 7);
        bench.tryToPause(true);
        assertThat(bench.controller().paused()).isFalse();
        bench.controller().resume();
        int next = bench.write(queue, 4, 8);
        assertThat(device.outstanding()).isEqualTo(2);
        device.releaseAll();
        assertThat(queue.reap(2)).extracting(HostCompletion::commandId).containsExactly(id, next);
        assertThat(device.seen()).hasSize(2);
    }
}
