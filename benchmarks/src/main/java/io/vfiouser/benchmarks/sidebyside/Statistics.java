package io.vfiouser.benchmarks.sidebyside;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * The median of some values with the lowest and the highest. Values that are not numbers count as absent; of no values at all everything is
 * not a number.
 *
 * @param count how many there were
 */
record Statistics(double median, double minimum, double maximum, int count) {

    static Statistics of(double... values) {
        double[] sorted =
                Arrays.stream(values).filter(v -> !Double.isNaN(v)).sorted().toArray();
        int n = sorted.length;
        if (n == 0) {
            return new Statistics(Double.NaN, Double.NaN, Double.NaN, 0);
        }
        double median = n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
        return new Statistics(median, sorted[0], sorted[n - 1], n);
    }

    static <T> Statistics of(List<T> from, ToDoubleFunction<T> value) {
        return of(from.stream().mapToDouble(value).toArray());
    }

    /** Of the quotients of what stands at the same place: {@code numerators[i] / denominators[i]}. What has no partner is left out. */
    static <T> Statistics ofRatios(List<T> numerators, List<T> denominators, ToDoubleFunction<T> value) {
        int pairs = Math.min(numerators.size(), denominators.size());
        double[] ratios = new double[pairs];
        for (int i = 0; i < pairs; i++) {
            double below = value.applyAsDouble(denominators.get(i));
            ratios[i] = below == 0 ? Double.NaN : value.applyAsDouble(numerators.get(i)) / below;
        }
        return of(ratios);
    }

    boolean known() {
        return count > 0;
    }

    Map<String, Object> facts() {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("median", median);
        facts.put("min", minimum);
        facts.put("max", maximum);
        facts.put("count", count);
        return facts;
    }
}
