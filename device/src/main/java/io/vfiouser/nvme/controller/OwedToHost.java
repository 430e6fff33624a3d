package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.migration.CompletionState;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * What a host is owed since its controller moved here, and gets as soon as the controller goes on: completions of commands that were executed
 * elsewhere, interrupts for what it may not have been told of. Control thread, while the pollers stand still.
 */
final class OwedToHost {
    private final List<CompletionState> completions = new ArrayList<>();
    private final BitSet vectors = new BitSet();

    void add(Collection<CompletionState> owedCompletions, Collection<Integer> owedVectors) {
        completions.addAll(owedCompletions);
        owedVectors.forEach(vectors::set);
    }

    /** Whether a completion may have to wait for its queue's memory, so that it must travel on. */
    List<CompletionState> completions() {
        return List.copyOf(completions);
    }

    /** Vectors that are still to be raised. */
    List<Integer> vectors() {
        return vectors.stream().boxed().toList();
    }

    /** Forgets all: the host starts anew. */
    void clear() {
        completions.clear();
        vectors.clear();
    }

    /**
     * Gives the host what can be given. Completions of a queue whose memory is not there wait for the next time.
     *
     * @param queues the submission queue of an identifier, or null
     */
    void pay(IntFunction<@Nullable SubmissionQueue> queues, InterruptSink interrupts) {
        completions.removeIf(each -> post(each, queues.apply(each.submissionQueueId()), interrupts));
        vectors.stream().forEach(interrupts::raise);
        vectors.clear();
    }

    /** Returns whether that is done with. */
    private static boolean post(CompletionState owed, @Nullable SubmissionQueue queue, InterruptSink interrupts) {
        if (queue == null) {
            return true;
        }
        CompletionQueue completions = queue.completionQueue();
        if (!completions.ring().mapped()) {
            return false;
        }
        completions.reserve();
        if (completions.post(queue, owed.commandId(), owed.statusField(), owed.result())) {
            completions.endBatch(interrupts);
        }
        return true;
    }
}
