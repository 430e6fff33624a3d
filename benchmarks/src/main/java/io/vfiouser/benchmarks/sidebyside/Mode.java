package io.vfiouser.benchmarks.sidebyside;

import io.vfiouser.nvme.driver.workload.PerfSettings.Pattern;
import java.util.Locale;

/** What a cell does; the names are those of {@code nvme-vfu io}. */
enum Mode {
    RANDREAD(Pattern.RANDOM_READ, 100, true),
    RANDWRITE(Pattern.RANDOM_WRITE, 0, true),
    RANDRW(Pattern.RANDOM_MIX, 70, true),
    READ(Pattern.SEQUENTIAL_READ, 100, false),
    WRITE(Pattern.SEQUENTIAL_WRITE, 0, false);

    private final Pattern pattern;
    private final int readPercent;
    private final boolean random;

    Mode(Pattern pattern, int readPercent, boolean random) {
        this.pattern = pattern;
        this.readPercent = readPercent;
        this.random = random;
    }

    Pattern pattern() {
        return pattern;
    }

    int readPercent() {
        return readPercent;
    }

    boolean random() {
        return random;
    }

    static Mode of(String name) {
        for (Mode mode : values()) {
            if (mode.toString().equals(name)) {
                return mode;
            }
        }
        throw new IllegalArgumentException("no mode " + name + ": take randread, randwrite, randrw, read or write");
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
