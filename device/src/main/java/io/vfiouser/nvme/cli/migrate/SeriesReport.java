package io.vfiouser.nvme.cli.migrate;

import io.vfiouser.mover.MoveReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** Puts together what the mover reported and what the load saw. */
final class SeriesReport {
    private final List<Entry> entries;
    private final long origin;
    private final List<Sample> samples;
    private final List<Passenger.Gap> gaps;

    /**
     * A move.
     *
     * @param startedNanoTime when it began, by {@link System#nanoTime}
     */
    record Entry(String from, String to, long startedNanoTime, MoveReport report) {}

    /** @param passenger whose load has ended */
    SeriesReport(Passenger passenger, List<Entry> entries) {
        this.entries = entries;
        this.origin = passenger.originNanoTime();
        this.samples = passenger.samples();
        this.gaps = passenger.gaps();
    }

    /** @param endNanoTime the end of the run, by {@link System#nanoTime} */
    MigrationReport of(
            RunSettings settings,
            Outcome outcome,
            String reason,
            Optional<Verification> verification,
            long endNanoTime) {
        long nanos = endNanoTime - origin;
        List<Move> moves = new ArrayList<>();
        for (int i = 0; i < entries.size(); i++) {
            moves.add(move(i, nanos));
        }
        return new MigrationReport(settings, outcome, reason, nanos, moves, samples, verification);
    }

    private Move move(int index, long runNanos) {
        Entry entry = entries.get(index);
        MoveReport report = entry.report();
        long start = entry.startedNanoTime() - origin;
        long end = start + report.durationNanos();
        long before = index == 0 ? 0 : endOf(index - 1);
        long after = index + 1 < entries.size() ? entries.get(index + 1).startedNanoTime() - origin : runNanos;
        return new Move(
                index + 1,
                entry.from(),
                entry.to(),
                Steps.outcome(report.outcome()),
                Steps.reason(report.outcome()),
                start,
                end,
                Steps.of(report, start),
                Steps.rounds(report, start),
                report.blackout().stream()
                        .mapToLong(MoveReport.Blackout::durationNanos)
                        .findFirst(),
                rate(before, start),
                rate(start, end),
                rate(end, after),
                report.moved() ? downtime(start, end) : OptionalLong.empty());
    }

    private long endOf(int index) {
        Entry entry = entries.get(index);
        return entry.startedNanoTime() - origin + entry.report().durationNanos();
    }

    /** Of the pause that began during the move. */
    private OptionalLong downtime(long start, long end) {
        return gaps.stream()
                .filter(gap -> gap.firstNanos() >= start && gap.lastNanos() <= end)
                .mapToLong(gap -> gap.firstNanos() - gap.lastNanos())
                .max();
    }

    /** Commands per second between the first and the last sample of a time. */
    private OptionalDouble rate(long start, long end) {
        List<Sample> inside = samples.stream()
                .filter(sample -> sample.nanos() >= start && sample.nanos() <= end)
                .toList();
        if (inside.size() < 2) {
            return OptionalDouble.empty();
        }
        Sample first = inside.getFirst();
        Sample last = inside.getLast();
        return OptionalDouble.of((last.commands() - first.commands()) * 1e9 / (last.nanos() - first.nanos()));
    }
}
