package io.vfiouser.nvme.controller;

/**
 * The keep alive timer. Base 2.1, section 3.9. Command based: only Keep Alive, and setting the feature, restart it, since Identify
 * Controller announces nothing else. Control thread only.
 */
final class KeepAliveTimer {
    private long timeoutMillis;
    private long restartedAt;

    /** Sets the timeout and starts anew; 0 stops. */
    void start(long timeout, long nowMillis) {
        timeoutMillis = timeout;
        restartedAt = nowMillis;
    }

    void restart(long nowMillis) {
        restartedAt = nowMillis;
    }

    /** The timeout, 0 if it is off. */
    long timeoutMillis() {
        return timeoutMillis;
    }

    boolean expired(long nowMillis) {
        return timeoutMillis > 0 && nowMillis - restartedAt > timeoutMillis;
    }
}
