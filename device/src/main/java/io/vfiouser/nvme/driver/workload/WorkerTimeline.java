package io.vfiouser.nvme.driver.workload;

import io.vfiouser.nvme.driver.GuestThreads;

/**
 * When one worker's commands completed: a counter for each stretch of time, and the last and the first completion around each pause of the
 * guest. Its worker writes, allocating nothing; others may read meanwhile and get what was true a moment ago.
 */
final class WorkerTimeline {

    static final int BUCKET_MILLIS = 10;
    /** Ten minutes; what comes later is not counted. */
    private static final int BUCKETS = 60_000;
    /** A move pauses twice; those after the last are not noted. */
    private static final int PAUSES = 4096;

    private static final long BUCKET_NANOS = BUCKET_MILLIS * 1_000_000L;

    private final GuestThreads threads;
    private final long origin;
    private final int firstPause;
    private final int[] completions = new int[BUCKETS];
    private final long[] lastBefore = new long[PAUSES];
    private final long[] firstAfter = new long[PAUSES];
    private long now;
    private long last;
    private int used;

    /** Pauses that are noted; published after their times. */
    private volatile int pauses;

    /** @param origin the {@link System#nanoTime} that times are counted from */
    WorkerTimeline(GuestThreads threads, long origin) {
        this.threads = threads;
        this.origin = origin;
        this.firstPause = threads.pauses();
    }

    /** The first completion of some that came together is here. The worker's thread, inside the guest; {@link #completed} follows. */
    void completing() {
        now = System.nanoTime() - origin;
    }

    /** How many came together, when all have been looked at. */
    void completed(int count) {
        int behind = threads.pauses() - firstPause;
        int known = pauses;
        if (behind != known && known < PAUSES) {
            int end = Math.min(behind, PAUSES);
            for (int i = known; i < end; i++) {
                lastBefore[i] = last;
                firstAfter[i] = now;
            }
            pauses = end;
        }
        last = now;
        int bucket = (int) Math.min(now / BUCKET_NANOS, Integer.MAX_VALUE);
        if (bucket < BUCKETS) {
            completions[bucket] += count;
            used = bucket + 1;
        }
    }

    /** Stretches of time up to the last in which something completed. */
    int buckets() {
        return used;
    }

    int completions(int bucket) {
        return completions[bucket];
    }

    /** Pauses since the start of the run after which something completed. */
    int pauses() {
        return pauses;
    }

    /** Nanoseconds from the origin to the last completion before a pause; 0 if there was none. */
    long lastBefore(int pause) {
        return lastBefore[pause];
    }

    long firstAfter(int pause) {
        return firstAfter[pause];
    }

    /** Whether the device moved in a pause of this run. */
    boolean moved(int pause) {
        return threads.movedIn(firstPause + pause);
    }
}
