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
        List<Move> moves = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            moves.add(move(i + 1, (1000 + 2000L * i) * MILLI, (1500 + 500L * i) * 1000));
        }
        return report(Outcome.MOVED, "", moves, new Verification(900, 2100, 12, 350, 0, List.of()));
    }

    static Move move(int number, long start, long downtime) {
        long stop = start + 300 * MILLI;
        long end = stop + downtime + 2 * MILLI;
        return new Move(
                number,
                number % 2 == 1 ? "a" : "b",
                number % 2 == 1 ? "b" : "a",
                Outcome.MOVED,
                "",
                start,
                end,
                List.of(
                        new StepSpan(Phase.PREPARING, "connect", start, start + 10 * MILLI, true),
                        new StepSpan(Phase.PRE_COPY, "passes", start + 10 * MILLI, stop, true),
                        new StepSpan(Phase.STOPPING, "stop copy", stop, stop + downtime / 4, true),
                        new StepSpan(Phase.LAST_ROUND, "last memory", stop + downtime / 4, stop + downtime / 2, true),
                        new StepSpan(Phase.STARTING, "take over", stop + downtime / 2, stop + downtime, true),
                        new StepSpan(Phase.CLEANING_UP, "retire", stop + downtime, end, true)),
                List.of(
                        new Round(Round.What.MEMORY, true, start + 10 * MILLI, start + 200 * MILLI, 64 * MIB),
                        new Round(Round.What.DEVICE, true, start + 15 * MILLI, start + 250 * MILLI, 128 * MIB),
                        new Round(Round.What.MEMORY, true, start + 210 * MILLI, start + 280 * MILLI, 8 * MIB),
                        new Round(Round.What.DEVICE, false, stop + downtime / 4, stop + downtime / 3, MIB / 4),
                        new Round(Round.What.MEMORY, false, stop + downtime / 3, stop + downtime / 2, MIB)),
                OptionalLong.of(downtime),
                OptionalDouble.of(150_000),
                OptionalDouble.of(90_000.4),
                OptionalDouble.of(151_000),
                OptionalLong.of(downtime));
    }

    static MigrationReport failed(Outcome outcome, String reason) {
        Move begun = new Move(
                1,
                "a",
                "b",
                outcome,
                reason,
                MILLI,
                9 * MILLI,
                List.of(new StepSpan(Phase.PRE_COPY, "passes", MILLI, 5 * MILLI, false)),
                List.of(),
                OptionalLong.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalLong.empty());
        return report(
                outcome, reason, List.of(begun), new Verification(1, 2, 3, 4, 1, List.of("LBA 7 <holds> nothing")));
    }

    private static MigrationReport report(Outcome outcome, String reason, List<Move> moves, Verification verification) {
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
                OptionalLong.empty());
        return new MigrationReport(
                settings, outcome, reason, nanos, moves, samples(nanos, moves), Optional.of(verification));
    }

    /** 150,000 a second, half of it during moves. */
    private static List<Sample> samples(long nanos, List<Move> moves) {
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
