package io.vfiouser.nvme.cli;

import io.vfiouser.nvme.driver.workload.PerfSettings.Pattern;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What {@code nvme-vfu io} does; the names are those of the command line. */
enum IoMode {
    RANDREAD(Pattern.RANDOM_READ),
    RANDWRITE(Pattern.RANDOM_WRITE),
    RANDRW(Pattern.RANDOM_MIX),
    READ(Pattern.SEQUENTIAL_READ),
    WRITE(Pattern.SEQUENTIAL_WRITE),
    VERIFY(null);

    private final @Nullable Pattern pattern;

    IoMode(@Nullable Pattern pattern) {
        this.pattern = pattern;
    }

    /** The load that it is; empty for the verified one. */
    Optional<Pattern> pattern() {
        return Optional.ofNullable(pattern);
    }

    boolean writes() {
        return pattern == null || pattern.writes();
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Takes and names them in lower case. */
    static final class Converter extends LowerCaseEnum<IoMode> {
        Converter() {
            super(IoMode.class);
        }
    }
}
