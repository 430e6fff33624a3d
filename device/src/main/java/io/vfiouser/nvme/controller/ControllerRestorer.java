package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.migration.ClockState;
import io.vfiouser.nvme.migration.CompletionQueueState;
import io.vfiouser.nvme.migration.ControllerLimits;
import io.vfiouser.nvme.migration.ControllerState;
import io.vfiouser.nvme.migration.DoorbellBufferState;
import io.vfiouser.nvme.migration.DoorbellBufferState.ShadowDoorbellState;
import io.vfiouser.nvme.migration.LogState;
import io.vfiouser.nvme.migration.NamespaceState;
import io.vfiouser.nvme.migration.SubmissionQueueState;
import java.time.Duration;
import java.util.Collection;
import java.util.TreeSet;

/**
 * Makes a controller what another one was. Control thread, while the pollers stand still and no host has enabled the controller; the
 * state has passed {@link RestoreCheck}. Guest memory is not touched: that is done when the pause ends.
 */
final class ControllerRestorer {
    /** A longer time between two wall clocks says that one of them is wrong. */
    private static final long LONGEST_MOVE_MILLIS = Duration.ofDays(1).toMillis();

    private final ControllerParts parts;

    ControllerRestorer(ControllerParts parts) {
        this.parts = parts;
    }

    /** @throws RuntimeException if somebody else has changed the subsystem meanwhile, or a back end fails; nothing, or all, is to be reset then */
    void restore(ControllerState state) {
        // First, since it alone may still fail.
        parts.share().adopt(NamespaceCheck.adopted(state));
        parts.context().promise(options(state.limits(), parts.context().ownOptions()));
        parts.registers().restore(state.registers());
        parts.lifecycle().restore(state.registers());
        queues(state);
        state.doorbellBuffers().ifPresent(this::doorbellBuffers);
        // Before the events and the clocks, on which features have an effect.
        parts.context().features().restore(state.features());
        parts.context().features().takeEffect();
        events(state);
        logs(state.logs());
        clocks(state.clocks());
        state.commands().forEach(parts.ioQueues()::hold);
        parts.context().owed().add(state.completions(), interrupts(state));
    }

    /** Gives the host what it is owed since. While the pollers stand still, with the queues' memory found. */
    void payOwed() {
        parts.context().owed().pay(parts::submissionQueue, parts.shared().interrupts);
    }

    private static ControllerOptions options(ControllerLimits limits, ControllerOptions own) {
        return new ControllerOptions(
                limits.pciVendorId(),
                limits.controllerId(),
                limits.queuePairs(),
                limits.queueEntries(),
                limits.interruptVectors(),
                limits.transferShift(),
                own.shadowDoorbells());
    }

    private void queues(ControllerState state) {
        state.adminQueue().ifPresent(pair -> {
            CompletionQueue completions = CompletionQueue.of(pair.completion());
            SubmissionQueue submissions = SubmissionQueue.of(pair.submission(), completions);
            fillDoorbells(submissions);
            fillDoorbells(completions);
            parts.admin().restore(submissions);
        });
        IoQueues ioQueues = parts.ioQueues();
        for (CompletionQueueState each : state.completionQueues()) {
            CompletionQueue queue = CompletionQueue.of(each);
            fillDoorbells(queue);
            ioQueues.add(queue);
        }
        for (SubmissionQueueState each : state.submissionQueues()) {
            CompletionQueue completions = ioQueues.completionQueue(each.completionQueueId());
            if (completions != null) {
                SubmissionQueue queue = SubmissionQueue.of(each, completions);
                fillDoorbells(queue);
                ioQueues.add(queue);
            }
        }
    }

    /** The page is as if the host had rung here: what it has announced is fetched although it rings no more. */
    private void fillDoorbells(SubmissionQueue queue) {
        parts.shared().doorbells.putSubmissionTail(queue.id(), queue.tail());
    }

    private void fillDoorbells(CompletionQueue queue) {
        parts.shared().doorbells.putCompletionHead(queue.id(), queue.head());
    }

    private void doorbellBuffers(DoorbellBufferState state) {
        DoorbellBuffers buffers = new DoorbellBuffers(parts.shared().doorbells, state.shadowBase(), state.eventBase());
        parts.ioQueues().goOnFollowing(buffers);
        for (ShadowDoorbellState each : state.doorbells()) {
            SubmissionQueue submissions = parts.submissionQueue(QueueCheck.queueId(each));
            CompletionQueue completions = parts.completionQueue(QueueCheck.queueId(each));
            if (QueueCheck.isTail(each) && submissions != null) {
                submissions.goOnFollowing(buffers, each);
            } else if (completions != null) {
                completions.goOnFollowing(buffers, each);
            }
        }
    }

    private void events(ControllerState state) {
        parts.context().restore(state.events());
        TreeSet<Integer> announced = new TreeSet<>(state.events().announced());
        for (NamespaceState each : state.namespaces()) {
            parts.share().subsystem().namespace(each.id()).ifPresent(present -> {
                if (each.attached() && present.blockCount() != each.blockCount()) {
                    announced.add(each.id());
                }
            });
        }
        parts.share().restoreAnnounced(announced);
    }

    private void logs(LogState state) {
        SharedState shared = parts.shared();
        LifeCounters life = parts.context().life();
        life.restore(
                new IoTotals(
                        state.readCommands(),
                        state.readBytes(),
                        state.writeCommands(),
                        state.writtenBytes(),
                        state.mediaErrors()),
                state.powerOnMillis(),
                state.busyMillis());
        life.health().restore(state.powerCycles(), state.unsafeShutdowns());
        shared.faults.restore(state.internalError(), state.dataLost());
        parts.context().toldOfLostData(state.toldOfLostData());
        shared.invalidDoorbellValue.set(state.invalidDoorbellValue());
        shared.invalidDoorbellRegister.set(state.invalidDoorbellRegister());
        shared.errorLog.restore(state.errorCount(), state.errors());
    }

    private void clocks(ClockState state) {
        AdminContext context = parts.context();
        long passed = System.currentTimeMillis() - state.savedAtEpochMillis();
        boolean plausible = passed >= 0 && passed < LONGEST_MOVE_MILLIS;
        context.timestamp()
                .restore(
                        state.timestampMillis() + (plausible ? passed : 0),
                        state.timestampSetByHost(),
                        context.nowMillis());
        // The timer itself began anew when its feature took effect.
    }

    /** Whoever has completions that the host has not consumed may not have been told. */
    private Collection<Integer> interrupts(ControllerState state) {
        TreeSet<Integer> vectors = new TreeSet<>(state.pendingInterrupts());
        parts.admin()
                .queue()
                .map(SubmissionQueue::completionQueue)
                .filter(CompletionQueue::owesInterrupt)
                .ifPresent(queue -> vectors.add(queue.vector()));
        for (CompletionQueue queue : parts.ioQueues().completionQueues()) {
            if (queue.owesInterrupt()) {
                vectors.add(queue.vector());
            }
        }
        return vectors;
    }
}
