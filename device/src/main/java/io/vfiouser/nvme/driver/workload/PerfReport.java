package io.vfiouser.nvme.driver.workload;

import org.HdrHistogram.Histogram;

/**
 * What a load came to.
 *
 * @param nanos the counted time
 * @param transferBytes of each command
 * @param reads latencies of reads in nanoseconds
 * @param writes latencies of writes in nanoseconds
 * @param missed commands of an open loop that were due and could not be issued before the end, because {@code depth} others were in flight.
 *     They are among the latencies, with the time that they had waited by then, but not among the commands
 */
public record PerfReport(long nanos, int transferBytes, Histogram reads, Histogram writes, long missed) {

    /** What was completed. */
    public long commands() {
        return reads.getTotalCount() + writes.getTotalCount() - missed;
    }

    public double iops() {
        return commands() * 1e9 / nanos;
    }

    public double bytesPerSecond() {
        return iops() * transferBytes;
    }

    /** Latencies of all commands. */
    public Histogram all() {
        Histogram all = reads.copy();
        all.add(writes);
        return all;
    }
}
