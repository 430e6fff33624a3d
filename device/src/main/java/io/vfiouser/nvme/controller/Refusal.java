package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.migration.StateRefusedException;
import java.util.List;
import java.util.function.Supplier;

/** How the checks of a state say no. */
final class Refusal {
    /** Beyond all that anybody can have counted, and far from where sums overflow. */
    private static final long LARGEST_COUNT = 1L << 62;

    private static final int LARGEST_U16 = 0xFFFF;

    private Refusal() {}

    /** Refuses, with a sentence, unless something holds. */
    static void unless(boolean holds, Supplier<String> why) {
        if (!holds) {
            throw new StateRefusedException(why.get());
        }
    }

    /** Refuses a number that is not in a range, both ends of which are in it. */
    static void unlessWithin(long least, long most, long value, String what) {
        unless(
                value >= least && value <= most,
                () -> "the state is damaged: %s is %d, not %d to %d".formatted(what, value, least, most));
    }

    static void unless16Bits(long value, String what) {
        unlessWithin(0, LARGEST_U16, value, what);
    }

    static void unlessCount(long value, String what) {
        unlessWithin(0, LARGEST_COUNT, value, what);
    }

    /** Refuses numbers of which one is not greater than the one before. */
    static void unlessAscending(List<Integer> values, String what) {
        for (int i = 1; i < values.size(); i++) {
            unless(
                    values.get(i) > values.get(i - 1),
                    () -> "the state is damaged: %s are not in ascending order".formatted(what));
        }
    }
}
