package io.vfiouser.benchmarks.sidebyside;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * One target in one cell in one round.
 *
 * @param iops commands completed per second
 * @param latencies of all commands
 * @param missed commands of an open loop that were due and could not be issued in time
 * @param otherLoad processors that others kept busy meanwhile, such as 0.02
 * @param repeats how often it was measured again because others kept a processor busy
 */
record Measurement(double iops, Latencies latencies, long missed, double otherLoad, int repeats) {

    /** More than that of a processor taken by others, and a figure is worth little. */
    static final double MUCH_OTHER_LOAD = 0.08;

    Measurement {
        if (!(iops >= 0 && Double.isFinite(iops))) {
            throw new IllegalArgumentException("no number of commands per second: " + iops);
        }
    }

    boolean disturbed() {
        return otherLoad > MUCH_OTHER_LOAD;
    }

    Measurement with(double load, int timesRepeated) {
        return new Measurement(iops, latencies, missed, load, timesRepeated);
    }

    /** Of those that were not disturbed, if there are any; else of all. */
    static Statistics statistics(List<Measurement> from, ToDoubleFunction<Measurement> value) {
        List<Measurement> quiet = from.stream().filter(m -> !m.disturbed()).toList();
        return Statistics.of(quiet.isEmpty() ? from : quiet, value);
    }

    /** Of the quotients of what stands at the same place; of the pairs of which neither was disturbed, if there are any. */
    static Statistics ratio(
            List<Measurement> numerators, List<Measurement> denominators, ToDoubleFunction<Measurement> value) {
        List<Measurement> above = new ArrayList<>();
        List<Measurement> below = new ArrayList<>();
        for (int i = 0; i < Math.min(numerators.size(), denominators.size()); i++) {
            if (!numerators.get(i).disturbed() && !denominators.get(i).disturbed()) {
                above.add(numerators.get(i));
                below.add(denominators.get(i));
            }
        }
        return above.isEmpty()
                ? Statistics.ofRatios(numerators, denominators, value)
                : Statistics.ofRatios(above, below, value);
    }

    Map<String, Object> facts() {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("iops", iops);
        facts.put("latency_ns", latencies.nanos());
        facts.put("missed", missed);
        facts.put("other_load", otherLoad);
        facts.put("repeats", repeats);
        return facts;
    }
}
