package io.vfiouser.nvme.cli.migrate;

import java.util.List;
import java.util.stream.LongStream;

/**
 * Several values of one quantity.
 *
 * @param sorted the values, ascending
 */
public record Spread(List<Long> sorted) {
    public Spread {
        sorted = List.copyOf(sorted);
    }

    static Spread of(LongStream values) {
        return new Spread(values.sorted().boxed().toList());
    }

    /** Whether there is none. */
    public boolean isEmpty() {
        return sorted.isEmpty();
    }

    public long minimum() {
        return sorted.getFirst();
    }

    /** The middle one; of an even number, the mean of the two in the middle. */
    public long median() {
        int upper = sorted.size() / 2;
        return sorted.size() % 2 == 1
                ? sorted.get(upper)
                : sorted.get(upper - 1) + (sorted.get(upper) - sorted.get(upper - 1)) / 2;
    }

    public long maximum() {
        return sorted.getLast();
    }
}
