package io.vfiouser.nvme.driver.workload;

import org.HdrHistogram.Histogram;

/**
 * What a load came to.
 *
 * @param nanos the counted time
 * @param transferBytes of each command
 * @param reads latencies of reads in nanoseconds
 * @param writes latencies of writes in nanoseconds
 */
public record PerfReport(long nanos, int transferBytes, Histogram reads, Histogram writes) {

    public long commands() {
        return reads.getTotalCount() + writes.getTotalCount();
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
