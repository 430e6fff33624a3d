package io.vfiouser.mover;

import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * The copying while the guest runs: pass by pass, until what is left will be copied within the downtime allowed and another pass would not leave much less. A pass reads the stream
 * until it comes to an end for now, asks what memory was written, and copies that too, unless it is little enough to be left for the pause.
 */
final class LivePhase {
    private static final double MIB = 1 << 20;

    /** Copied in less time than it takes to ask what was written. */
    private static final long LITTLE_BYTES = 256 << 10;

    private final SourceDevice source;
    private final MemoryMove memory;
    private final Copier copier;
    private final MoveOptions options;
    private final boolean withState;
    private final long startNanos = System.nanoTime();

    LivePhase(SourceDevice source, MemoryMove memory, Copier copier, MoveOptions options, boolean withState) {
        this.source = source;
        this.memory = memory;
        this.copier = copier;
        this.options = options;
        this.withState = withState;
    }

    void firstCopy() {
        memory.everything();
        copier.memory(memory, true);
    }

    /** Throws {@link NotConvergingException} if there is no end to it. */
    void passes() {
        long before = Long.MAX_VALUE;
        for (int pass = 1; ; pass++) {
            long streamed = withState ? copier.stream(true) : 0;
            source.addDirty(memory);
            memory.addGuest();
            // The next reading of the stream is taken to be as long as this one.
            long rest = memory.pendingPages() * GuestRegion.PAGE_BYTES + streamed;
            long predicted = copier.predictNanos(rest);
            boolean enough = predicted <= options.downtime().toNanos();
            if (enough && (pass >= options.maxPasses() || overtime() || !paysOff(rest, before))) {
                return;
            }
            if (pass > options.maxPasses()) {
                throw new NotConvergingException(
                        describe(rest, predicted) + " after " + options.maxPasses() + " passes");
            }
            if (!enough) {
                requireTime(rest, predicted);
            }
            before = rest;
            copier.memory(memory, true);
        }
    }

    /** Whether another pass, though not needed, will leave less for the pause: the last one did, and there is something to gain. */
    private static boolean paysOff(long rest, long before) {
        return rest > LITTLE_BYTES && rest <= before / 4 * 3;
    }

    private void requireTime(long rest, long predicted) {
        if (overtime()) {
            throw new NotConvergingException(describe(rest, predicted) + " after "
                    + options.maxLiveTime().toSeconds() + " s");
        }
    }

    /** Throws {@link NotConvergingException} if the time is over; for between two pieces, since a single pass may have no end. */
    void requireTime() {
        if (overtime()) {
            throw new NotConvergingException("copying does not come to an end within "
                    + options.maxLiveTime().toSeconds() + " s");
        }
    }

    private boolean overtime() {
        return System.nanoTime() - startNanos > options.maxLiveTime().toNanos();
    }

    private String describe(long rest, long predictedNanos) {
        return String.format(
                Locale.ROOT,
                "%.1f MiB are left to copy, which would take %d ms at %.0f MiB/s where %d ms are allowed,",
                rest / MIB,
                TimeUnit.NANOSECONDS.toMillis(predictedNanos),
                copier.bytesPerSecond() / MIB,
                options.downtime().toMillis());
    }
}
