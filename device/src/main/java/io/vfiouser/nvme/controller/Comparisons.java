package io.vfiouser.nvme.controller;

import java.util.ArrayDeque;
import java.util.Deque;

/** A poller's {@link Comparison}s: a few, so that Compares beyond that number wait, whatever the guest submits. */
final class Comparisons {
    /** Compares of one poller that are executed at once. */
    static final int LIMIT = 16;

    private final Deque<Comparison> free = new ArrayDeque<>();
    private final Deque<CommandSlot> waiting = new ArrayDeque<>();
    private int made;

    /** Gives a Compare what it works with, now or, if it {@linkplain CommandSlot#await waits}, when there is one. */
    boolean assign(CommandSlot slot) {
        if (waiting.isEmpty() && give(slot)) {
            return true;
        }
        waiting.add(slot);
        slot.await();
        return false;
    }

    void giveBack(Comparison comparison) {
        comparison.end();
        free.add(comparison);
    }

    /** Takes a command back if it waits here. */
    boolean forget(CommandSlot slot) {
        if (!waiting.remove(slot)) {
            return false;
        }
        slot.endWait();
        return true;
    }

    /** Whether {@link #serve} has something to do. */
    boolean due() {
        return !waiting.isEmpty() && (!free.isEmpty() || made < LIMIT);
    }

    /** Lets commands go on for which there is one now. */
    void serve() {
        while (due()) {
            CommandSlot slot = waiting.removeFirst();
            slot.endWait();
            give(slot);
            CompareCommand.assigned(slot);
        }
    }

    /** Forgets who waits and who has one. While nothing is outstanding. */
    void reset() {
        waiting.clear();
        free.clear();
        made = 0;
    }

    private boolean give(CommandSlot slot) {
        Comparison comparison = free.pollFirst();
        if (comparison == null) {
            if (made == LIMIT) {
                return false;
            }
            made++;
            comparison = new Comparison();
        }
        comparison.begin(slot.buffer().segments());
        slot.comparison(comparison);
        return true;
    }
}
