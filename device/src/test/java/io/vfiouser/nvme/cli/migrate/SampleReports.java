package io.vfiouser.nvme.cli.migrate;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** Made-up runs. */
final class SampleReports {
    static final long MILLI = 1_000_000;
    private static final long MIB = 1 << 20;
    private static final long SAMPLE_EVERY = 5 * MILLI;

    private SampleReports() {}

    /** Moves of 300 ms, two seconds apart; the downtimes are 1.5 ms, 2 ms, 2.5 ms ... */
    static MigrationReport moved(int times) {
        List<MoveReport> moves = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            moves.add(move(i + 1, (1000 + 2000L * i) * MILLI, (1500 + 500L * i) * 1000));
        }
        return report(Outcome.MOVED, "", moves, new Verification(900, 2100, 12, 350, 0, List.of()));
    }

    static MoveReport move(int number, long start, long downtime) {
        long stop = start + 300 * MILLI;
        long end = stop + downtime;
        return new MoveReport(
                number,
                number % 2 == 1 ? "a" : "b",
                number % 2 == 1 ? "b" : "a",
                Outcome.MOVED,
                "",
                start,
                end,
                List.of(
                        new PhaseSpan(Phase.PRE_COPY, start, stop),
                        new PhaseSpan(Phase.STOPPING, stop, stop + downtime / 4),
                        new PhaseSpan(Phase.LAST_ROUND, stop + downtime / 4, stop + downtime / 2),
                        new PhaseSpan(Phase.STARTING, stop + downtime / 2, end)),
                List.of(
                        new Round(false, start, start + 200 * MILLI, 64 * MIB, 128 * MIB),
                        new Round(false, start + 200 * MILLI, start + 280 * MILLI, 8 * MIB, 16 * MIB),
                        new Round(true, stop + downtime / 4, stop + downtime / 2, MIB, 2 * MIB)),
                OptionalDouble.of(150_000),
                OptionalDouble.of(90_000.4),
                OptionalDouble.of(151_000),
                OptionalLong.of(downtime));
    }

    static MigrationReport failed(Outcome outcome, String reason) {
        MoveReport begun = new MoveReport(
                1,
                "a",
                "b",
                outcome,
                reason,
                MILLI,
                9 * MILLI,
                List.of(new PhaseSpan(Phase.PRE_COPY, MILLI, 5 * MILLI)),
                List.of(),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalLong.empty());
        return report(
                outcome, reason, List.of(begun), new Verification(1, 2, 3, 4, 1, List.of("LBA 7 <holds> nothing")));
    }

    private static MigrationReport report(
            Outcome outcome, String reason, List<MoveReport> moves, Verification verification) {
        long nanos = moves.getLast().endNanos() + 1000 * MILLI;
        RunSettings settings = new RunSettings(
                "/run/a & b.sock",
                "/run/b.sock",
                "v1",
                "v2",
                "NVMe controller \"x\"",
                "verified 4 KiB random read-write, 4 queues of depth 32",
                true,
                "copy",
                128 * MIB,
                OptionalLong.empty(),
                4096);
        return new MigrationReport(
                settings, outcome, reason, nanos, moves, samples(nanos, moves), Optional.of(verification));
    }

    /** 150,000 a second, half of it during moves. */
    private static List<Sample> samples(long nanos, List<MoveReport> moves) {
        List<Sample> samples = new ArrayList<>();
        long commands = 0;
        for (long at = 0; at <= nanos; at += SAMPLE_EVERY) {
            samples.add(new Sample(at, commands));
            long now = at;
            boolean moving = moves.stream().anyMatch(move -> now >= move.startNanos() && now < move.endNanos());
            commands += moving ? 375 : 750 + now / MILLI % 37;
        }
        return samples;
    }
}
