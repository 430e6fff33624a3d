package io.vfiouser.nvme.controller;

/**
 * Controller Busy Time of the SMART log: how long I/O commands were under way. Found by looking now and then whether any have ended since,
 * so that commands need not read a clock. Control thread only.
 */
final class BusyTime {
    private static final long MILLIS_PER_MINUTE = 60_000;
    private static final long INTERVAL_MILLIS = 100;
    /** Somebody who looks more seldom knows less. */
    private static final long LONGEST_INTERVAL_MILLIS = 1000;

    private long busyMillis;
    private long lastLook;
    private long lastCommands;

    BusyTime(long nowMillis) {
        lastLook = nowMillis;
    }

    /** Whether it is time for {@link #look}. */
    boolean due(long nowMillis) {
        return nowMillis - lastLook >= INTERVAL_MILLIS;
    }

    /** Takes a look: {@code commands} is how many have ended ever. */
    void look(long nowMillis, long commands) {
        if (commands != lastCommands) {
            busyMillis += Math.min(nowMillis - lastLook, LONGEST_INTERVAL_MILLIS);
        }
        lastLook = nowMillis;
        lastCommands = commands;
    }

    /** Takes over what another controller was busy for. */
    void restore(long millis) {
        busyMillis = millis;
    }

    long millis() {
        return busyMillis;
    }

    long minutes() {
        return busyMillis / MILLIS_PER_MINUTE;
    }
}
