package io.vfiouser.nvme.driver.workload;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * How a load went over time, and what its client noticed of each pause of the guest. May be asked while the load runs; then the newest
 * numbers may be missing. Any thread.
 */
public final class MoveTimeline {

    private final Instant started;
    private final long origin;
    private final List<WorkerTimeline> workers;

    /**
     * A pause as the client sees it, in nanoseconds since the start of the load.
     *
     * @param moved whether the device was at another place afterwards
     * @param lastNanos the last completion before it, of all queues
     * @param firstNanos the first completion after it, of all queues
     */
    public record Gap(boolean moved, long lastNanos, long firstNanos) {

        public long durationNanos() {
            return firstNanos - lastNanos;
        }
    }

    MoveTimeline(Instant started, long origin, List<WorkerTimeline> workers) {
        this.started = started;
        this.origin = origin;
        this.workers = List.copyOf(workers);
    }

    /** The start of the load, by the clock. */
    public Instant started() {
        return started;
    }

    /** The start of the load, by {@link System#nanoTime}. */
    public long originNanoTime() {
        return origin;
    }

    /** Length of the stretches in which completions are counted. */
    public int bucketMillis() {
        return WorkerTimeline.BUCKET_MILLIS;
    }

    /** One for each I/O queue. */
    public int workers() {
        return workers.size();
    }

    /** Stretches up to the last in which something completed. */
    public int buckets() {
        return workers.stream().mapToInt(WorkerTimeline::buckets).max().orElse(0);
    }

    /** Commands of one queue that completed in a stretch. */
    public int completions(int worker, int bucket) {
        return workers.get(worker).completions(bucket);
    }

    /** Commands of all queues that completed in a stretch. */
    public long completions(int bucket) {
        return workers.stream().mapToLong(worker -> worker.completions(bucket)).sum();
    }

    /** The pauses after which something completed, in their order. */
    public List<Gap> gaps() {
        List<Gap> gaps = new ArrayList<>();
        int pauses = workers.stream().mapToInt(WorkerTimeline::pauses).max().orElse(0);
        for (int i = 0; i < pauses; i++) {
            gaps.add(gap(i));
        }
        return List.copyOf(gaps);
    }

    private Gap gap(int pause) {
        long last = 0;
        long first = Long.MAX_VALUE;
        boolean moved = false;
        for (WorkerTimeline worker : workers) {
            if (pause < worker.pauses()) {
                last = Math.max(last, worker.lastBefore(pause));
                first = Math.min(first, worker.firstAfter(pause));
                moved |= worker.moved(pause);
            }
        }
        return new Gap(moved, last, first);
    }
}
