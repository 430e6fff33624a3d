package io.vfiouser.nvme.cli.migrate;

import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * One move.
 *
 * @param number from 1
 * @param from where the device was
 * @param to where it was to go
 * @param outcome how it ended
 * @param reason why it ended otherwise than {@link Outcome#MOVED}; otherwise empty
 * @param startNanos since the run began
 * @param endNanos since the run began
 * @param phases in order
 * @param rounds in order
 * @param commandsPerSecondBefore of the workload in the time before; empty without one
 * @param commandsPerSecondDuring of the workload from the move's start to its end
 * @param commandsPerSecondAfter of the workload in the time behind
 * @param downtimeNanos from the last completion of the source to the first of the destination, as the client saw it; without a
 *     workload, from the stop of the source to the start of the destination
 */
public record MoveReport(
        int number,
        String from,
        String to,
        Outcome outcome,
        String reason,
        long startNanos,
        long endNanos,
        List<PhaseSpan> phases,
        List<Round> rounds,
        OptionalDouble commandsPerSecondBefore,
        OptionalDouble commandsPerSecondDuring,
        OptionalDouble commandsPerSecondAfter,
        OptionalLong downtimeNanos) {
    public MoveReport {
        phases = List.copyOf(phases);
        rounds = List.copyOf(rounds);
    }

    /** Guest memory copied, pages that were copied again counted again. */
    public long memoryBytes() {
        return rounds.stream().mapToLong(Round::memoryBytes).sum();
    }

    /** Bytes of the source's stream: state and, where it is copied, the content of namespaces. */
    public long deviceBytes() {
        return rounds.stream().mapToLong(Round::deviceBytes).sum();
    }

    /**
     * How fast guest memory was written while the device worked: what a round found to copy, by the time since the round before it began.
     * Empty for the first round, which copies everything.
     */
    public OptionalDouble dirtyBytesPerSecond(int round) {
        if (round == 0) {
            return OptionalDouble.empty();
        }
        long nanos = rounds.get(round).startNanos() - rounds.get(round - 1).startNanos();
        return nanos <= 0
                ? OptionalDouble.empty()
                : OptionalDouble.of(rounds.get(round).memoryBytes() * 1e9 / nanos);
    }

    /** How fast guest memory was written in the last round for which that is known. */
    public OptionalDouble dirtyBytesPerSecond() {
        return rounds.isEmpty() ? OptionalDouble.empty() : dirtyBytesPerSecond(rounds.size() - 1);
    }
}
