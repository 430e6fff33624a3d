package io.vfiouser.nvme.endurance;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** Times of one kind, for a line that says how long something really took. */
final class Clock {
    private final String what;
    private final List<Long> nanos = new ArrayList<>();

    Clock(String what) {
        this.what = what;
    }

    /** Adds the time since {@code start}, and returns it in milliseconds. */
    long since(long start) {
        long time = System.nanoTime() - start;
        nanos.add(time);
        return time / 1_000_000;
    }

    /** Median and maximum. */
    @Override
    public String toString() {
        if (nanos.isEmpty()) {
            return what + ": never";
        }
        List<Long> sorted = new ArrayList<>(nanos);
        Collections.sort(sorted);
        return String.format(
                Locale.ROOT,
                "%s: median %.0f ms, maximum %.0f ms, %d times",
                what,
                sorted.get(sorted.size() / 2) / 1e6,
                sorted.getLast() / 1e6,
                sorted.size());
    }
}
