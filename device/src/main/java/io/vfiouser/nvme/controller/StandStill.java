package io.vfiouser.nvme.controller;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * How the control thread makes a poller stand still, without either waiting for the other. Each request has a number of its own, so
 * that an answer to an earlier request is never taken for one to the present.
 */
final class StandStill {
    private static final VarHandle WANTED = handle("wanted");
    private static final VarHandle ACKNOWLEDGED = handle("acknowledged");
    private static final int LEVEL_BITS = 3;
    private static final int LEVEL_MASK = (1 << LEVEL_BITS) - 1;
    private static final PauseLevel[] LEVELS = {
        PauseLevel.RUN, PauseLevel.HOLD, PauseLevel.DRAIN, PauseLevel.QUIET, PauseLevel.STOP
    };

    /** Request number above, level below. */
    @SuppressWarnings("UnusedVariable") // through WANTED
    private int wanted;

    @SuppressWarnings("UnusedVariable") // through ACKNOWLEDGED
    private int acknowledged;

    private volatile Runnable waker = () -> {};

    // ---- control thread ----

    /** Asks for a level. */
    void request(PauseLevel level) {
        int number = ((int) WANTED.getOpaque(this) >>> LEVEL_BITS) + 1;
        WANTED.setVolatile(this, number << LEVEL_BITS | index(level));
        wakeUp();
    }

    /** Whether the poller stands still at the level asked for, and everything it did before is visible. */
    boolean reached() {
        int ticket = (int) WANTED.getOpaque(this);
        return !runs(ticket) && (int) ACKNOWLEDGED.getAcquire(this) == ticket;
    }

    // ---- any thread ----

    /** Makes the poller's thread look soon, should it sleep. */
    void wakeUp() {
        waker.run();
    }

    /** What {@link #wakeUp} does; whoever runs the poller knows. */
    void onWakeUp(Runnable action) {
        waker = action;
    }

    // ---- poller's thread ----

    int ticket() {
        return (int) WANTED.getAcquire(this);
    }

    /** Answers a request, after the last access to anything the control thread may now change. */
    void acknowledge(int ticket) {
        ACKNOWLEDGED.setRelease(this, ticket);
    }

    /** Whether a request was answered already. */
    boolean acknowledged(int ticket) {
        return (int) ACKNOWLEDGED.getOpaque(this) == ticket;
    }

    static boolean runs(int ticket) {
        return (ticket & LEVEL_MASK) == 0;
    }

    static PauseLevel level(int ticket) {
        return LEVELS[ticket & LEVEL_MASK];
    }

    private static int index(PauseLevel level) {
        return switch (level) {
            case RUN -> 0;
            case HOLD -> 1;
            case DRAIN -> 2;
            case QUIET -> 3;
            case STOP -> 4;
        };
    }

    private static VarHandle handle(String field) {
        try {
            return MethodHandles.lookup().findVarHandle(StandStill.class, field, int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }
}
