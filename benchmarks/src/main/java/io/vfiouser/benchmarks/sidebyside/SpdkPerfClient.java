package io.vfiouser.benchmarks.sidebyside;

import java.time.Duration;
import java.util.List;

/** SPDK's own load generator. */
final class SpdkPerfClient implements Client {

    @Override
    public String description() {
        return "spdk_nvme_perf";
    }

    @Override
    public void check() {
        throw new BenchException("not yet");
    }

    @Override
    public boolean paced() {
        return false;
    }

    @Override
    public void fill(Target.Running target, long namespaceBytes) {}

    @Override
    public Measurement measure(
            Target.Running target, Cell cell, Duration warmUp, Duration duration, double commandsPerSecond) {
        throw new BenchException("not yet");
    }

    @Override
    public List<Long> processes() {
        return List.of();
    }

    @Override
    public void close() {}
}
