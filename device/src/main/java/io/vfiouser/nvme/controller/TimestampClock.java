package io.vfiouser.nvme.controller;

/** The clock behind the Timestamp feature. Control thread only. */
final class TimestampClock {
    private long base;
    private long setAt;
    private boolean setByHost;

    /** Starts from 0, as a reset has it. */
    void reset(long nowMillis) {
        base = 0;
        setAt = nowMillis;
        setByHost = false;
    }

    void set(long millis, long nowMillis) {
        base = millis;
        setAt = nowMillis;
        setByHost = true;
    }

    /** Goes on from another clock, which was set by a host or not. */
    void restore(long millis, boolean byHost, long nowMillis) {
        base = millis;
        setAt = nowMillis;
        setByHost = byHost;
    }

    /** Milliseconds since the epoch as the host set them, gone on since; or since the last reset. */
    long millis(long nowMillis) {
        return base + (nowMillis - setAt);
    }

    boolean setByHost() {
        return setByHost;
    }
}
