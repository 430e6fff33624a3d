package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.memory.RegionTable;
import io.vfiouser.nvme.migration.CommandState;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * All I/O queues by identifier, and which poller has which. All submission queues of one completion queue are on one poller, since
 * only one thread may post into it. Control thread only; changes only while the pollers stand still.
 */
final class IoQueues {
    private final PollerGroup group;
    private final @Nullable SubmissionQueue[] submissionQueues;
    private final @Nullable CompletionQueue[] completionQueues;
    private final int[] pollerOf;
    private final int[] loads;
    private @Nullable DoorbellBuffers doorbellBuffers;
    private int promised;
    private int count;

    IoQueues(PollerGroup group, int queuePairs) {
        this.group = group;
        this.submissionQueues = new SubmissionQueue[queuePairs + 1];
        this.completionQueues = new CompletionQueue[queuePairs + 1];
        this.pollerOf = new int[queuePairs + 1];
        this.promised = queuePairs;
        this.loads = new int[group.pollers().size()];
    }

    /** Whether a queue can have this identifier. */
    boolean possible(int queueId) {
        return queueId > 0 && queueId <= promised;
    }

    /** Allows so many queue pairs from now on, at most as many as there could be. While there are none. */
    void promise(int queuePairs) {
        promised = queuePairs;
    }

    /** All submission queues, by ascending identifier. */
    List<SubmissionQueue> submissionQueues() {
        return present(submissionQueues);
    }

    /** All completion queues, by ascending identifier. */
    List<CompletionQueue> completionQueues() {
        return present(completionQueues);
    }

    /** Where the host keeps shadow doorbells, or null. */
    @Nullable
    DoorbellBuffers doorbellBuffers() {
        return doorbellBuffers;
    }

    /** As {@link #follow}, for queues that follow the buffers already. */
    void goOnFollowing(DoorbellBuffers buffers) {
        doorbellBuffers = buffers;
    }

    private static <T> List<T> present(@Nullable T[] queues) {
        List<T> found = new ArrayList<>();
        for (T queue : queues) {
            if (queue != null) {
                found.add(queue);
            }
        }
        return found;
    }

    @Nullable
    SubmissionQueue submissionQueue(int queueId) {
        return possible(queueId) ? submissionQueues[queueId] : null;
    }

    @Nullable
    CompletionQueue completionQueue(int queueId) {
        return possible(queueId) ? completionQueues[queueId] : null;
    }

    /** Whether there is any queue. */
    boolean any() {
        return count > 0;
    }

    void add(CompletionQueue queue) {
        int least = 0;
        for (int i = 1; i < loads.length; i++) {
            if (loads[i] < loads[least]) {
                least = i;
            }
        }
        loads[least]++;
        pollerOf[queue.id()] = least;
        completionQueues[queue.id()] = queue;
        count++;
        DoorbellBuffers buffers = doorbellBuffers;
        if (buffers != null) {
            buffers.clear(DoorbellPage.completionHeadOffset(queue.id()));
            queue.follow(buffers);
        }
    }

    void add(SubmissionQueue queue) {
        queue.completionQueue().submissionQueueAdded();
        submissionQueues[queue.id()] = queue;
        count++;
        DoorbellBuffers buffers = doorbellBuffers;
        if (buffers != null) {
            buffers.clear(DoorbellPage.submissionTailOffset(queue.id()));
            queue.follow(buffers);
        }
        poller(queue).add(queue);
    }

    /** Removes a submission queue. Commands that were not fetched from it are lost, as the host must expect. */
    void remove(SubmissionQueue queue) {
        poller(queue).remove(queue);
        queue.completionQueue().submissionQueueRemoved();
        submissionQueues[queue.id()] = null;
        count--;
    }

    /** Removes a completion queue that no submission queue uses. */
    void remove(CompletionQueue queue) {
        loads[pollerOf[queue.id()]]--;
        completionQueues[queue.id()] = null;
        count--;
    }

    /** Whether this completion queue is still there. */
    boolean has(CompletionQueue queue) {
        return Objects.equals(completionQueues[queue.id()], queue);
    }

    /** Index of the poller that posts into a completion queue. */
    int pollerOf(CompletionQueue queue) {
        return pollerOf[queue.id()];
    }

    /** Lets nothing more be fetched from the submission queues of a completion queue, until it is {@linkplain #assign assigned} anew. */
    void park(CompletionQueue queue) {
        QueuePoller poller = group.pollers().get(pollerOf(queue));
        for (SubmissionQueue each : submissionQueues()) {
            if (Objects.equals(each.completionQueue(), queue)) {
                poller.park(each);
            }
        }
    }

    /**
     * Assigns a completion queue with all its submission queues to a poller, which may be the one that has it.
     *
     * @throws IllegalStateException if commands are under way, and the poller is another one
     */
    void assign(CompletionQueue queue, int poller) {
        int before = pollerOf(queue);
        if (before != poller && queue.expectsCompletions()) {
            throw new IllegalStateException("commands are under way that complete into queue " + queue.id());
        }
        loads[before]--;
        loads[poller]++;
        pollerOf[queue.id()] = poller;
        for (SubmissionQueue each : submissionQueues()) {
            if (Objects.equals(each.completionQueue(), queue)) {
                group.pollers().get(before).remove(each);
                group.pollers().get(poller).add(each);
            }
        }
    }

    /** Forgets all queues. */
    void clear() {
        for (int i = 0; i < submissionQueues.length; i++) {
            submissionQueues[i] = null;
            completionQueues[i] = null;
        }
        for (int i = 0; i < loads.length; i++) {
            loads[i] = 0;
        }
        count = 0;
        doorbellBuffers = null;
        for (QueuePoller poller : group.pollers()) {
            poller.clear();
        }
    }

    /** Takes the doorbells of all queues over without writing into guest memory. While the pollers stand still. */
    void readDoorbells(SharedState shared) {
        for (CompletionQueue queue : completionQueues()) {
            if (queue.readHead(shared.doorbells)) {
                shared.invalidDoorbellValue("completion", queue.id(), queue.refusedHead());
            }
        }
        for (SubmissionQueue queue : submissionQueues()) {
            if (queue.readTail(shared.doorbells)) {
                shared.invalidDoorbellValue("submission", queue.id(), queue.refusedTail());
            }
        }
    }

    /** Commands that were taken back from the back ends, to be executed again. While the pollers stand still. */
    List<CommandState> heldCommands() {
        List<CommandState> held = new ArrayList<>();
        group.pollers().forEach(poller -> held.addAll(poller.heldCommands()));
        return held;
    }

    /** Has a command executed as soon as the pollers go on. While they stand still. */
    void hold(CommandState command) {
        SubmissionQueue queue = submissionQueue(command.submissionQueueId());
        if (queue == null) {
            throw new IllegalArgumentException("there is no submission queue " + command.submissionQueueId());
        }
        poller(queue).hold(queue, command);
    }

    /** Aborts a command. While the pollers stand still. Returns whether it has completed, as aborted: see {@link QueuePoller#abort}. */
    boolean abort(int queueId, int commandId) {
        SubmissionQueue queue = submissionQueue(queueId);
        return queue != null && poller(queue).abort(queue, commandId);
    }

    /** Finds the memory of all queues anew. */
    void map(RegionTable table) {
        DoorbellBuffers buffers = doorbellBuffers;
        if (buffers != null) {
            buffers.map(table);
        }
        for (CompletionQueue queue : completionQueues) {
            if (queue != null) {
                queue.ring().map(table);
            }
        }
        for (SubmissionQueue queue : submissionQueues) {
            if (queue != null) {
                queue.ring().map(table);
            }
        }
    }

    /** Takes the buffers over for the doorbells of all queues, those to come as well. */
    void follow(DoorbellBuffers buffers) {
        doorbellBuffers = buffers;
        for (CompletionQueue queue : completionQueues) {
            if (queue != null) {
                queue.follow(buffers);
            }
        }
        for (SubmissionQueue queue : submissionQueues) {
            if (queue != null) {
                queue.follow(buffers);
            }
        }
    }

    /**
     * A doorbell register was written: wakes the poller of its queue.
     *
     * @param tail whether it is that of a submission queue
     */
    void rung(boolean tail, int queueId) {
        SubmissionQueue submissions = tail ? submissionQueue(queueId) : null;
        int completionQueueId =
                submissions == null ? queueId : submissions.completionQueue().id();
        group.pollers().get(pollerOf[completionQueueId]).standStill().wakeUp();
    }

    private QueuePoller poller(SubmissionQueue queue) {
        return group.pollers().get(pollerOf[queue.completionQueue().id()]);
    }
}
