package io.vfiouser.nvme.cli.migrate;

import java.util.ArrayList;
import java.util.List;

/** Throughput over time, out of samples of how much was done. */
final class Throughput {
    private Throughput() {}

    /**
     * Commands per second between two moments.
     *
     * @param startNanos since the run began
     * @param endNanos behind the start
     */
    record Step(long startNanos, long endNanos, double commandsPerSecond) {}

    /**
     * The throughput of a time, in at most {@code limit} steps. A step is no shorter than the distance of two samples.
     *
     * @param samples ascending by time
     */
    static List<Step> between(List<Sample> samples, long startNanos, long endNanos, int limit) {
        List<Sample> inside = samples.stream()
                .filter(sample -> sample.nanos() >= startNanos && sample.nanos() <= endNanos)
                .toList();
        long shortest = Math.max(1, (endNanos - startNanos) / limit);
        List<Step> steps = new ArrayList<>();
        for (int from = 0, to = 1; to < inside.size(); to++) {
            Sample first = inside.get(from);
            Sample last = inside.get(to);
            long nanos = last.nanos() - first.nanos();
            if (nanos >= shortest || (to == inside.size() - 1 && nanos > 0)) {
                double rate = (last.commands() - first.commands()) * 1e9 / nanos;
                steps.add(new Step(first.nanos(), last.nanos(), rate));
                from = to;
            }
        }
        return steps;
    }
}
