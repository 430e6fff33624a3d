package io.vfiouser.nvme.controller;

import java.time.Duration;

/**
 * What a poller's thread does when a pass found nothing. A poller without queues, or one that stands still, always sleeps until it is
 * woken.
 *
 * @param spin how long it goes on polling before it sleeps; {@link #FOREVER} for a thread that never sleeps
 * @param firstSleep length of the first sleep; each one after it is twice as long
 * @param longestSleep the largest latency that sleeping adds where nothing wakes the thread
 */
public record IdlePolicy(Duration spin, Duration firstSleep, Duration longestSleep) {
    /** Longer than anything runs. */
    public static final Duration FOREVER = Duration.ofDays(36_500);

    /** Never sleeps: lowest latency, one processor always busy. */
    public static final IdlePolicy BUSY = new IdlePolicy(FOREVER, Duration.ZERO, Duration.ZERO);
    /** Spins for 100 µs, then sleeps from 50 µs up to 1 ms at a time. */
    public static final IdlePolicy ADAPTIVE =
            new IdlePolicy(Duration.ofNanos(100_000), Duration.ofNanos(50_000), Duration.ofMillis(1));
    /** Sleeps until it is woken: only where every doorbell wakes it. */
    public static final IdlePolicy EVENT = new IdlePolicy(Duration.ZERO, FOREVER, FOREVER);
}
