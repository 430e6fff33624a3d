package io.vfiouser.nvme.migration;

import io.vfiouser.nvme.migration.DoorbellBufferState.ShadowDoorbellState;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What holds for the queues of every state. */
final class QueueCheck {
    static final int MOST_ENTRIES = 1 << 16;

    private static final int LEAST_ENTRIES = 2;
    private static final int HIGHEST_PRIORITY = 3;

    private QueueCheck() {}

    /**
     * Checks the queues.
     *
     * @return the submission queues that exist, 0 for the admin queue among them
     */
    static Set<Integer> check(ControllerState state) {
        Set<Integer> completion = new HashSet<>();
        Set<Integer> submission = new HashSet<>();
        state.adminQueue().ifPresent(pair -> {
            StateCheck.require(
                    pair.submission().id() == 0
                            && pair.submission().completionQueueId() == 0
                            && pair.completion().id() == 0,
                    "the admin queue has an identifier other than 0");
            checkSubmission(pair.submission());
            checkCompletion(pair.completion());
            submission.add(0);
        });
        int before = 0;
        for (CompletionQueueState queue : state.completionQueues()) {
            requireAscending(before, queue.id(), "completion");
            before = queue.id();
            checkCompletion(queue);
            completion.add(queue.id());
        }
        before = 0;
        for (SubmissionQueueState queue : state.submissionQueues()) {
            requireAscending(before, queue.id(), "submission");
            before = queue.id();
            checkSubmission(queue);
            StateCheck.require(
                    completion.contains(queue.completionQueueId()),
                    "submission queue %d uses completion queue %d, which does not exist",
                    queue.id(),
                    queue.completionQueueId());
            submission.add(queue.id());
        }
        StateCheck.require(
                state.adminQueue().isPresent() || completion.isEmpty(), "there are I/O queues and no admin queue");
        state.doorbellBuffers().ifPresent(buffers -> checkDoorbells(buffers.doorbells()));
        return submission;
    }

    static boolean sizePossible(int entries) {
        return entries >= LEAST_ENTRIES && entries <= MOST_ENTRIES;
    }

    private static void requireAscending(int before, int id, String kind) {
        StateCheck.require(
                id > before, "%s queue %d comes behind %d: there is none, or there are two", kind, id, before);
    }

    private static void checkSubmission(SubmissionQueueState queue) {
        checkRing("submission", queue.id(), queue.entries(), queue.head(), queue.tail());
        StateCheck.require(
                queue.priority() >= 0 && queue.priority() <= HIGHEST_PRIORITY,
                "submission queue %d has priority %d",
                queue.id(),
                queue.priority());
        int before = -1;
        for (int index : queue.abortedEntries()) {
            StateCheck.require(
                    index > before && index < queue.entries(),
                    "submission queue %d has aborted entry %d behind entry %d, of %d",
                    queue.id(),
                    index,
                    before,
                    queue.entries());
            before = index;
        }
    }

    private static void checkCompletion(CompletionQueueState queue) {
        checkRing("completion", queue.id(), queue.entries(), queue.head(), queue.tail());
    }

    private static void checkRing(String kind, int id, int entries, int head, int tail) {
        StateCheck.require(sizePossible(entries), "%s queue %d has %d entries", kind, id, entries);
        StateCheck.require(
                head >= 0 && head < entries && tail >= 0 && tail < entries,
                "%s queue %d of %d entries has its head at %d and its tail at %d",
                kind,
                id,
                entries,
                head,
                tail);
    }

    private static void checkDoorbells(List<ShadowDoorbellState> doorbells) {
        Set<Integer> indexes = new HashSet<>();
        for (ShadowDoorbellState doorbell : doorbells) {
            StateCheck.require(
                    doorbell.index() >= 0 && doorbell.index() < DoorbellBufferCodec.MOST_DOORBELLS,
                    "there is no doorbell %d",
                    doorbell.index());
            StateCheck.require(indexes.add(doorbell.index()), "doorbell %d is there twice", doorbell.index());
        }
    }
}
