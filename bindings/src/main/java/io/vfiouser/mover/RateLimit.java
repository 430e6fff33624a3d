package io.vfiouser.mover;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Keeps a copy from being faster than allowed. What was not used in time is lost: no burst follows a quiet time. */
final class RateLimit {
    private static final long LONGEST_NAP_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final long bytesPerSecond;
    private long nextNanos;
    private long sleptNanos;

    /** A limit in bytes per second; 0 for none. */
    RateLimit(long bytesPerSecond) {
        this.bytesPerSecond = bytesPerSecond;
        this.nextNanos = System.nanoTime();
    }

    /**
     * Waits until these bytes may go.
     *
     * @param meanwhile run every few milliseconds of the wait; ends it by throwing
     */
    void await(long bytes, Runnable meanwhile) {
        if (bytesPerSecond == 0) {
            return;
        }
        long start = System.nanoTime();
        long due = Math.max(nextNanos, start);
        nextNanos = due + (long) (bytes * (double) TimeUnit.SECONDS.toNanos(1) / bytesPerSecond);
        for (long now = start; due - now > 0; now = System.nanoTime()) {
            meanwhile.run();
            LockSupport.parkNanos(Math.min(LONGEST_NAP_NANOS, due - now));
        }
        sleptNanos += System.nanoTime() - start;
    }

    /** How long it has waited in all. */
    long sleptNanos() {
        return sleptNanos;
    }
}
