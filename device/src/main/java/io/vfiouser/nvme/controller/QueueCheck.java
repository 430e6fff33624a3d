package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.migration.CommandState;
import io.vfiouser.nvme.migration.CompletionQueueState;
import io.vfiouser.nvme.migration.CompletionState;
import io.vfiouser.nvme.migration.ControllerState;
import io.vfiouser.nvme.migration.DoorbellBufferState;
import io.vfiouser.nvme.migration.DoorbellBufferState.ShadowDoorbellState;
import io.vfiouser.nvme.migration.QueuePairState;
import io.vfiouser.nvme.migration.StateRefusedException;
import io.vfiouser.nvme.migration.SubmissionQueueState;
import io.vfiouser.nvme.spec.AdminQueueAttributes;
import io.vfiouser.nvme.spec.ControllerConfiguration;
import io.vfiouser.nvme.spec.ControllerRegisters;
import java.util.Map;
import java.util.TreeMap;

/** Whether the queues of a state, and what is to be done in them, can be: see {@link RestoreCheck}. */
final class QueueCheck {
    private static final int HIGHEST_PRIORITY_NUMBER = 3;
    /** ASQ and ACQ are at 4 KiB whatever CC.MPS says. */
    private static final long ADMIN_MASK = ~ControllerRegisters.QUEUE_BASE_MASK;

    private static final int LARGEST_STATUS_FIELD = 0x7FFF;

    private final ControllerState state;
    private final int pollers;
    private final long pageMask;
    private final Map<Integer, CompletionQueueState> completionQueues = new TreeMap<>();
    private final Map<Integer, SubmissionQueueState> submissionQueues = new TreeMap<>();
    /** By completion queue: how many more completions it has room for. */
    private final Map<Integer, Integer> room = new TreeMap<>();

    /** @param pollers between how many the queues will be divided */
    QueueCheck(ControllerState state, int pollers) {
        this.state = state;
        this.pollers = pollers;
        int pageShift = ControllerConfiguration.pageShift(state.registers().configuration());
        this.pageMask = (1L << pageShift) - 1;
    }

    void check() {
        state.adminQueue().ifPresent(this::adminQueue);
        int most = state.limits().queueEntries();
        int before = 0;
        for (CompletionQueueState each : state.completionQueues()) {
            String name = "completion queue " + each.id();
            identifier(before, each.id(), name);
            completionQueue(each, most, name);
            before = each.id();
        }
        before = 0;
        for (SubmissionQueueState each : state.submissionQueues()) {
            String name = "submission queue " + each.id();
            identifier(before, each.id(), name);
            Refusal.unless(
                    each.completionQueueId() != 0 && completionQueues.containsKey(each.completionQueueId()),
                    () -> "the state is damaged: %s has the completion queue %d, which there is not"
                            .formatted(name, each.completionQueueId()));
            submissionQueue(each, most, name);
            before = each.id();
        }
        boolean any = !state.completionQueues().isEmpty()
                || !state.submissionQueues().isEmpty()
                || state.doorbellBuffers().isPresent();
        Refusal.unless(
                state.registers().ready() || !any,
                () -> "the state is damaged: there are queues or doorbell buffers, but the controller is not ready");
        state.doorbellBuffers().ifPresent(this::doorbellBuffers);
        state.completions().forEach(this::completion);
        commands();
        for (int vector : state.pendingInterrupts()) {
            vector(vector, "an interrupt that is pending");
        }
    }

    private void adminQueue(QueuePairState pair) {
        Refusal.unless(
                pair.submission().id() == 0
                        && pair.completion().id() == 0
                        && pair.submission().completionQueueId() == 0,
                () -> "the state is damaged: the admin queue has another identifier than 0");
        Refusal.unless(
                pair.completion().interruptsEnabled() && pair.completion().vector() == 0,
                () -> "the state is damaged: the admin queue has another interrupt vector than 0");
        completionQueue(pair.completion(), AdminQueueAttributes.MAXIMUM_ENTRIES, "the admin completion queue");
        submissionQueue(pair.submission(), AdminQueueAttributes.MAXIMUM_ENTRIES, "the admin submission queue");
    }

    private void identifier(int before, int id, String name) {
        Refusal.unless(
                id > before, () -> "the state is damaged: queues are not in ascending order at %s".formatted(name));
        Refusal.unless(
                id <= state.limits().queuePairs(),
                () -> "the state is damaged: there is %s, but identifiers go up to %d"
                        .formatted(name, state.limits().queuePairs()));
    }

    private void ring(String name, int id, long base, int entries, int most, boolean contiguous, int head, int tail) {
        Refusal.unlessWithin(2, most, entries, "the size of " + name);
        Refusal.unless(
                contiguous, () -> "%s is not physically contiguous, which this controller requires".formatted(name));
        long misaligned = base & (id == 0 ? ADMIN_MASK : pageMask);
        Refusal.unless(misaligned == 0, () -> "the state is damaged: %s is not at the start of a page".formatted(name));
        Refusal.unlessWithin(0, entries - 1L, head, "the head of " + name);
        Refusal.unlessWithin(0, entries - 1L, tail, "the tail of " + name);
    }

    private void completionQueue(CompletionQueueState queue, int most, String name) {
        ring(name, queue.id(), queue.base(), queue.entries(), most, queue.contiguous(), queue.head(), queue.tail());
        Refusal.unless16Bits(queue.vector(), "the interrupt vector of " + name);
        if (queue.interruptsEnabled()) {
            vector(queue.vector(), name);
        }
        completionQueues.put(queue.id(), queue);
        room.put(queue.id(), queue.entries() - 1 - Math.floorMod(queue.tail() - queue.head(), queue.entries()));
    }

    private void vector(int vector, String name) {
        Refusal.unless(
                vector >= 0 && vector < state.limits().interruptVectors(),
                () -> "the state is damaged: %s has the interrupt vector %d of %d"
                        .formatted(name, vector, state.limits().interruptVectors()));
    }

    private void submissionQueue(SubmissionQueueState queue, int most, String name) {
        ring(name, queue.id(), queue.base(), queue.entries(), most, queue.contiguous(), queue.head(), queue.tail());
        Refusal.unlessWithin(0, HIGHEST_PRIORITY_NUMBER, queue.priority(), "the priority of " + name);
        int available = Math.floorMod(queue.tail() - queue.head(), queue.entries());
        Refusal.unlessAscending(queue.abortedEntries(), "aborted entries of " + name);
        for (int index : queue.abortedEntries()) {
            boolean waits = index >= 0
                    && index < queue.entries()
                    && Math.floorMod(index - queue.head(), queue.entries()) < available;
            Refusal.unless(
                    waits,
                    () -> "the state is damaged: entry %d of %s was aborted, but does not wait there"
                            .formatted(index, name));
        }
        submissionQueues.put(queue.id(), queue);
    }

    /** Of which queue a doorbell is. */
    static int queueId(ShadowDoorbellState doorbell) {
        return doorbell.index() / 2;
    }

    /** Whether it is a submission queue's, not a completion queue's. */
    static boolean isTail(ShadowDoorbellState doorbell) {
        return doorbell.index() % 2 == 0;
    }

    private void doorbellBuffers(DoorbellBufferState buffers) {
        Refusal.unless(
                ((buffers.shadowBase() | buffers.eventBase()) & pageMask) == 0,
                () -> "the state is damaged: the doorbell buffers are not at the start of a page");
        int before = -1;
        for (ShadowDoorbellState each : buffers.doorbells()) {
            Refusal.unless(
                    each.index() > before, () -> "the state is damaged: shadow doorbells are not in ascending order");
            before = each.index();
            int entries = entries(each);
            Refusal.unlessWithin(0, entries - 1L, each.eventIndex(), "the event index of doorbell " + each.index());
        }
        Refusal.unless(
                buffers.doorbells().size() == submissionQueues.size() + completionQueues.size(),
                () -> "the state is damaged: there are %d queues with %d shadow doorbells"
                        .formatted(
                                submissionQueues.size() + completionQueues.size(),
                                buffers.doorbells().size()));
    }

    private int entries(ShadowDoorbellState doorbell) {
        int id = queueId(doorbell);
        SubmissionQueueState submissions = submissionQueues.get(id);
        CompletionQueueState completions = completionQueues.get(id);
        boolean exists = isTail(doorbell) ? submissions != null : completions != null;
        Refusal.unless(
                exists, () -> "the state is damaged: no queue has the shadow doorbell %d".formatted(doorbell.index()));
        if (isTail(doorbell) && submissions != null) {
            return submissions.entries();
        }
        return completions == null ? 0 : completions.entries();
    }

    private void completion(CompletionState completion) {
        Refusal.unless16Bits(completion.commandId(), "the identifier of a completion's command");
        Refusal.unlessWithin(0, LARGEST_STATUS_FIELD, completion.statusField(), "the status of a completion");
        SubmissionQueueState queue = submissionQueues.get(completion.submissionQueueId());
        if (queue == null) {
            throw unknownQueue("a completion", completion.submissionQueueId());
        }
        takeRoom(queue.completionQueueId());
    }

    private void commands() {
        int[] commandsOfPoller = new int[pollers];
        for (CommandState each : state.commands()) {
            SubmissionQueueState queue = submissionQueues.get(each.submissionQueueId());
            if (queue == null || queue.id() == 0) {
                throw unknownQueue("a command", each.submissionQueueId());
            }
            String refusal = HeldCommands.refusal(each.entry());
            Refusal.unless(
                    refusal.isEmpty(),
                    () -> "the state is damaged: it has, of submission queue %d, %s".formatted(queue.id(), refusal));
            takeRoom(queue.completionQueueId());
            commandsOfPoller[pollerOf(queue.completionQueueId())]++;
        }
        for (int count : commandsOfPoller) {
            Refusal.unless(
                    count <= CommandSlots.LIMIT,
                    () ->
                            "the state has %d commands for one poller, which takes %d: start this server with more pollers"
                                    .formatted(count, CommandSlots.LIMIT));
        }
    }

    /** As {@link IoQueues} divides queues that are added one after the other. */
    private int pollerOf(int completionQueueId) {
        int position = 0;
        for (CompletionQueueState each : state.completionQueues()) {
            if (each.id() == completionQueueId) {
                break;
            }
            position++;
        }
        return position % pollers;
    }

    private void takeRoom(int completionQueueId) {
        int left = room.merge(completionQueueId, -1, Integer::sum);
        Refusal.unless(
                left >= 0,
                () -> "the state is damaged: completion queue %d has no room for the commands that are under way"
                        .formatted(completionQueueId));
    }

    private static StateRefusedException unknownQueue(String what, int queueId) {
        return new StateRefusedException(
                "the state is damaged: %s belongs to submission queue %d, which there is not".formatted(what, queueId));
    }
}
