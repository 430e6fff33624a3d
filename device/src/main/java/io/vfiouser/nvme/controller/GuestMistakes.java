package io.vfiouser.nvme.controller;

import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Warnings about what a guest did wrong: at most a few per interval, since the guest decides how often it does it. Thread
 * safe; only for paths that are not the fast one.
 */
final class GuestMistakes {
    private static final Logger LOG = LoggerFactory.getLogger(GuestMistakes.class);
    private static final long INTERVAL_NANOS = 10_000_000_000L;
    private static final int WARNINGS_PER_INTERVAL = 10;

    private final String controller;
    private final LongSupplier nanoClock;
    private long intervalStart;
    private int warnings;
    private long suppressed;

    /** {@code controller} names the controller in each warning. */
    GuestMistakes(String controller, LongSupplier nanoClock) {
        this.controller = controller;
        this.nanoClock = nanoClock;
        this.intervalStart = nanoClock.getAsLong();
    }

    /** Warns, or counts the warning if there were too many of late. */
    synchronized void warn(Supplier<String> mistake) {
        long now = nanoClock.getAsLong();
        if (now - intervalStart >= INTERVAL_NANOS) {
            if (suppressed > 0) {
                LOG.warn("{}: {} more warnings about this guest were left out", controller, suppressed);
            }
            intervalStart = now;
            warnings = 0;
            suppressed = 0;
        }
        if (warnings >= WARNINGS_PER_INTERVAL) {
            suppressed++;
            return;
        }
        warnings++;
        if (LOG.isWarnEnabled()) {
            LOG.warn("{}: {}", controller, mistake.get());
        }
    }

    /** How many warnings were left out in the present interval. */
    synchronized long suppressed() {
        return suppressed;
    }
}
