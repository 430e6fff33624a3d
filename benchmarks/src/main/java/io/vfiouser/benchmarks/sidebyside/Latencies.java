package io.vfiouser.benchmarks.sidebyside;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/** Latencies in nanoseconds by what they are called: {@code p50} to {@code p99.99}, {@code max}. What a client does not say is absent. */
record Latencies(SequencedMap<String, Double> nanos) {

    static final double[] PERCENTILES = {50, 90, 99, 99.9, 99.99};

    /** Not a number if it is unknown. */
    double of(String name) {
        return nanos.getOrDefault(name, Double.NaN);
    }

    /** {@code p99.9} for 99.9. */
    static String name(double percentile) {
        return "p"
                + (percentile == Math.rint(percentile) ? String.valueOf((int) percentile) : String.valueOf(percentile));
    }

    static Latencies of(Map<String, Double> values) {
        return new Latencies(new LinkedHashMap<>(values));
    }
}
