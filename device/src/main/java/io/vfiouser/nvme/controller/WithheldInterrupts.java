package io.vfiouser.nvme.controller;

import java.util.Arrays;
import java.util.function.LongSupplier;

/**
 * The completion queues of one poller whose interrupts wait for more completions or for time to pass. Belongs to the poller's thread.
 * Where {@linkplain InterruptCoalescing coalescing} is off it is empty, and the clock is never read; otherwise once in a pass.
 */
final class WithheldInterrupts {
    /** Nothing is withheld. */
    static final long NEVER = Long.MAX_VALUE;

    private final SharedState shared;
    private LongSupplier nanoClock = System::nanoTime;
    private CompletionQueue[] queues = {};
    private int count;
    private long earliestDue;

    WithheldInterrupts(SharedState shared) {
        this.shared = shared;
    }

    /** For tests: what tells the time. */
    void clock(LongSupplier nanos) {
        nanoClock = nanos;
    }

    /** Makes room for so many queues. While the poller stands still. */
    void capacity(int atLeast) {
        if (queues.length < atLeast) {
            queues = Arrays.copyOf(queues, atLeast);
        }
    }

    /** Forgets all. While the poller is drained. */
    void clear() {
        Arrays.fill(queues, 0, count, null);
        count = 0;
    }

    /** Ends a queue's batch of completions: interrupts the host, or lets that wait. */
    void endBatch(CompletionQueue queue) {
        InterruptCoalescing coalescing = shared.coalescing;
        if (!coalescing.on()) {
            queue.endBatch(shared.interrupts);
        } else if (queue.endBatch(coalescing, shared.interrupts)) {
            queues[count++] = queue;
        }
    }

    /** To be called once in a pass, after its batches. */
    void raiseDue() {
        if (count > 0) {
            look();
        }
    }

    private void look() {
        long now = nanoClock.getAsLong();
        long allowed = shared.coalescing.nanos();
        long earliest = now + allowed;
        int kept = 0;
        for (int i = 0; i < count; i++) {
            CompletionQueue queue = queues[i];
            if (queue.stillWithheld(now, allowed, shared.interrupts)) {
                earliest = queue.interruptDue() - earliest < 0 ? queue.interruptDue() : earliest;
                queues[kept++] = queue;
            }
        }
        Arrays.fill(queues, kept, count, null);
        count = kept;
        earliestDue = earliest;
    }

    /** Raises all at once, due or not. */
    void raiseAll() {
        for (int i = 0; i < count; i++) {
            queues[i].endWithholding(shared.interrupts);
        }
        clear();
    }

    /** How long the thread may sleep; {@link #NEVER} if nothing waits. */
    long nanosUntilDue() {
        return count == 0 ? NEVER : earliestDue - nanoClock.getAsLong();
    }
}
