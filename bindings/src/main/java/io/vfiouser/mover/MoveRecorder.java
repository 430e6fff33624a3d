package io.vfiouser.mover;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Collects what a move reports. */
final class MoveRecorder {
    private static final double NANOS_PER_SECOND = 1e9;

    private final Instant started = Instant.now();
    private final long startNanos = System.nanoTime();
    private final StepListener listener;
    private final List<MoveReport.Step> steps = new ArrayList<>();
    private final List<MoveReport.MemoryRound> rounds = new ArrayList<>();
    private final List<MoveReport.StreamPass> passes = new ArrayList<>();
    private MoveReport.@Nullable Blackout blackout;
    private long blackoutStart;

    MoveRecorder(StepListener listener) {
        this.listener = listener;
    }

    /** Nanoseconds since the start. */
    long now() {
        return System.nanoTime() - startNanos;
    }

    void step(MoveStep step, long start, boolean completed) {
        steps.add(new MoveReport.Step(step, start, now() - start, completed));
    }

    /** A round of memory; its dirty rate is counted from the beginning of the one before. */
    void round(boolean live, long start, long pages) {
        double rate = 0;
        if (!rounds.isEmpty()) {
            long since = start - rounds.getLast().startNanos();
            rate = since <= 0 ? 0 : pages * (double) GuestRegion.PAGE_BYTES * NANOS_PER_SECOND / since;
        }
        MoveReport.MemoryRound round = new MoveReport.MemoryRound(live, start, now() - start, pages, rate);
        rounds.add(round);
        listener.round(round);
    }

    void pass(boolean live, long start, long bytes) {
        MoveReport.StreamPass pass = new MoveReport.StreamPass(live, start, now() - start, bytes);
        passes.add(pass);
        listener.pass(pass);
    }

    void blackoutBegins() {
        blackoutStart = now();
    }

    void blackoutEnds() {
        blackout = new MoveReport.Blackout(blackoutStart, now() - blackoutStart);
    }

    MoveReport report(MoveReport.Side source, Optional<MoveReport.Side> destination, MoveOutcome outcome) {
        return new MoveReport(
                started, source, destination, steps, rounds, passes, Optional.ofNullable(blackout), now(), outcome);
    }
}
