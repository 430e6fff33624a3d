package io.vfiouser.server;

import java.util.function.LongSupplier;

/**
 * Keeps clients from filling the log: what a client can cause as often as it likes passes here first. Some messages may come at once,
 * and then so many a second; what is left out is counted, and told with the next that passes. Any thread.
 */
final class LogLimit {
    private static final int BURST = 100;
    private static final long NANOS_PER_MESSAGE = 100_000_000;

    private final LongSupplier nanoTime;
    private long saved = BURST * NANOS_PER_MESSAGE;
    private long last;
    private long leftOut;

    LogLimit() {
        this(System::nanoTime);
    }

    /** For tests: with a clock. */
    LogLimit(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        last = nanoTime.getAsLong();
    }

    /** Whether a message may pass now; if not, it is counted. */
    synchronized boolean allows() {
        long now = nanoTime.getAsLong();
        saved = Math.min(BURST * NANOS_PER_MESSAGE, saved + (now - last));
        last = now;
        if (saved < NANOS_PER_MESSAGE) {
            leftOut++;
            return false;
        }
        saved -= NANOS_PER_MESSAGE;
        return true;
    }

    /** What to append to a message that passes: nothing, or how many were left out before it. */
    synchronized String note() {
        if (leftOut == 0) {
            return "";
        }
        String note = " (" + leftOut + " messages before it were left out, since there were too many)";
        leftOut = 0;
        return note;
    }
}
