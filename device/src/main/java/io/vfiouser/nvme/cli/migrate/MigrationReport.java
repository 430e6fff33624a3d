package io.vfiouser.nvme.cli.migrate;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A run: one move or several, and what the workload saw. Plain data, which {@link TextReport}, {@link JsonReport} and {@link HtmlReport}
 * show.
 *
 * @param settings what was asked for
 * @param outcome how it ended
 * @param reason why it ended otherwise than {@link Outcome#MOVED}; otherwise empty
 * @param nanos the whole run
 * @param moves in order
 * @param samples progress of the workload, by time; empty without one
 * @param verification what was compared; empty without a workload
 */
public record MigrationReport(
        RunSettings settings,
        Outcome outcome,
        String reason,
        long nanos,
        List<Move> moves,
        List<Sample> samples,
        Optional<Verification> verification) {
    public MigrationReport {
        moves = List.copyOf(moves);
        samples = List.copyOf(samples);
    }

    /** Moves that succeeded. */
    public long moved() {
        return moves.stream().filter(move -> move.outcome() == Outcome.MOVED).count();
    }

    /** Downtimes of the moves that have one, in nanoseconds. */
    public Spread downtime() {
        return Spread.of(moves.stream()
                .filter(move -> move.outcome() == Outcome.MOVED)
                .flatMapToLong(move -> move.downtimeNanos().stream()));
    }

    /** The move with the longest downtime, or the last that was begun if none has any. */
    public Optional<Move> longest() {
        return moves.stream()
                .filter(move -> move.downtimeNanos().isPresent())
                .max(Comparator.comparingLong(move -> move.downtimeNanos().getAsLong()))
                .or(() -> moves.isEmpty() ? Optional.empty() : Optional.of(moves.getLast()));
    }
}
