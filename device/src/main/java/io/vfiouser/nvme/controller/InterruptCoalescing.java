package io.vfiouser.nvme.controller;

import java.util.function.IntPredicate;

/**
 * How completions of I/O queues are gathered before they interrupt the host. Base 2.1, section 5.1.25.1, Interrupt
 * Coalescing and Interrupt Vector Configuration. Immutable.
 */
final class InterruptCoalescing {
    /** Every batch of completions interrupts. */
    static final InterruptCoalescing NONE = new InterruptCoalescing(0, 0, new boolean[0]);

    private static final int THRESHOLD_MASK = 0xFF;
    private static final int TIME_SHIFT = 8;
    private static final int TIME_MASK = 0xFF;
    private static final long TIME_UNIT_NANOS = 100_000;

    private final int threshold;
    private final long nanos;
    private final boolean[] excluded;

    private InterruptCoalescing(int threshold, long nanos, boolean[] excluded) {
        this.threshold = threshold;
        this.nanos = nanos;
        this.excluded = excluded;
    }

    /**
     * @param feature value of Interrupt Coalescing
     * @param vectors number of interrupt vectors
     * @param excludes whether Interrupt Vector Configuration excludes a vector
     */
    static InterruptCoalescing of(int feature, int vectors, IntPredicate excludes) {
        int threshold = feature & THRESHOLD_MASK;
        int time = feature >>> TIME_SHIFT & TIME_MASK;
        if (threshold == 0 || time == 0) {
            return NONE;
        }
        boolean[] excluded = new boolean[vectors];
        for (int i = 0; i < vectors; i++) {
            excluded[i] = excludes.test(i);
        }
        return new InterruptCoalescing(threshold, time * TIME_UNIT_NANOS, excluded);
    }

    /** Whether any interrupt is ever withheld. */
    boolean on() {
        return threshold > 0;
    }

    boolean covers(int vector) {
        return !excluded[vector];
    }

    /** Whether so many completions interrupt at once: the threshold is 0's based. */
    boolean enough(int completions) {
        return completions > threshold;
    }

    /** How long an interrupt may be withheld. */
    long nanos() {
        return nanos;
    }
}
