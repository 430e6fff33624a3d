package io.vfiouser.nvme.controller;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * For how long a poller had nothing to do. Its thread tells when it finds nothing and when it sleeps, for which it reads a clock anyway: a
 * pass that finds work costs nothing here. What is not idle is busy, a pass that was interrupted by the operating system as well.
 *
 * <p>All is in one word, so that a reader sees a sleep that has begun and one that has ended alike: the idle time in nanoseconds; in a sleep
 * less the time at which that began, so that the present time makes it up.
 */
final class PollerLoad {
    private static final VarHandle FIGURE = handle();
    private static final int ASLEEP = 1;

    /** The number, shifted by one; the lowest bit is set in a sleep. */
    private long figure;

    // ---- poller's thread ----

    /** So much time passed between two passes that found nothing. */
    void idle(long nanos) {
        FIGURE.setOpaque(this, figure + (nanos << 1));
    }

    void fallsAsleep(long nowNanos) {
        FIGURE.setOpaque(this, figure - (nowNanos << 1) | ASLEEP);
    }

    void wakesUp(long nowNanos) {
        FIGURE.setOpaque(this, (figure & ~ASLEEP) + (nowNanos << 1));
    }

    // ---- any thread ----

    /** How long it has been idle ever. Only differences of two answers mean something. */
    long idleNanos(long nowNanos) {
        long seen = (long) FIGURE.getOpaque(this);
        return (seen >> 1) + ((seen & ASLEEP) != 0 ? nowNanos : 0);
    }

    private static VarHandle handle() {
        try {
            return MethodHandles.lookup().findVarHandle(PollerLoad.class, "figure", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }
}
