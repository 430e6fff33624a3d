package io.vfiouser.nvme.controller;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How far a poller got with a pause that takes commands back. It waits a little first, since what completes need not be executed
 * again. Poller's thread, where nothing else is said.
 *
 * <p>A poller with detached commands goes on polling until its peers, too, have nothing left that touches guest memory: a fused
 * operation of theirs may wait for one of those commands to end.
 */
final class Quiescence {
    private static final long QUIET_GRACE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    /** Shorter, since the guest does not run meanwhile. */
    private static final long STOP_GRACE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    /** Back ends do not say when they could answer otherwise. */
    private static final long ASK_AGAIN_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

    private static final int OPCODE_BITS = 8;
    private static final int OPCODE_MASK = (1 << OPCODE_BITS) - 1;

    private final StandStill standStill;
    private LongSupplier clock = System::nanoTime;
    /** An array: going through a list would take an iterator on the poller's thread, which allocates nothing. */
    private Quiescence[] peers = {};

    private int begun;
    private long graceEnds;
    private int memoryFree;
    /** The request for which this poller has nothing left that touches guest memory. */
    private volatile int ready;

    private volatile int reported;

    Quiescence(StandStill standStill) {
        this.standStill = standStill;
    }

    /** All pollers of the controller. Before they run. */
    void peers(List<Quiescence> all) {
        peers = all.toArray(Quiescence[]::new);
    }

    /** For tests: what tells the time, in nanoseconds. */
    void clock(LongSupplier nanos) {
        clock = nanos;
    }

    /** Whether commands are to be taken back now, after the time in which they may complete. */
    boolean asks(int ticket) {
        PauseLevel level = StandStill.level(ticket);
        if (!level.takesBack()) {
            return false;
        }
        long now = clock.getAsLong();
        if (begun != ticket) {
            begun = ticket;
            graceEnds = now + (level == PauseLevel.STOP ? STOP_GRACE_NANOS : QUIET_GRACE_NANOS);
        }
        return now - graceEnds >= 0;
    }

    /** Nothing touches guest memory any more, but for completions of what is detached. */
    void memoryFree(int ticket) {
        memoryFree = ticket;
    }

    /** Whether {@link #memoryFree} was said, here and by all peers. */
    boolean memoryFreeEverywhere(int ticket) {
        if (memoryFree != ticket) {
            return false;
        }
        ready(ticket);
        for (Quiescence each : peers) {
            if (each.ready != ticket) {
                return false;
            }
        }
        return true;
    }

    /** The request is about to be answered, or could be if the peers could as well. */
    void ready(int ticket) {
        if (ready != ticket) {
            ready = ticket;
            for (Quiescence each : peers) {
                each.standStill.wakeUp();
            }
        }
    }

    /** How long the thread may sleep before it should ask the back ends. */
    long nanosUntilAsking() {
        int ticket = standStill.ticket();
        if (!StandStill.level(ticket).takesBack() || standStill.acknowledged(ticket)) {
            return Long.MAX_VALUE;
        }
        return begun == ticket ? Math.max(graceEnds - clock.getAsLong(), ASK_AGAIN_NANOS) : ASK_AGAIN_NANOS;
    }

    /** Tells {@link #outstanding} and {@link #opcode}. */
    void report(int commands, int someOpcode) {
        reported = commands << OPCODE_BITS | someOpcode;
    }

    /** How many commands had not ended, and were not held, when the poller looked last. Any thread. */
    int outstanding() {
        return reported >>> OPCODE_BITS;
    }

    /** The opcode of one of the {@link #outstanding} commands. Any thread. */
    int opcode() {
        return reported & OPCODE_MASK;
    }
}
