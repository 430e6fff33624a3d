package io.vfiouser.nvme.cli.migrate;

import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * One move. Times are nanoseconds since the run began.
 *
 * @param number from 1
 * @param from where the device was
 * @param to where it was to go
 * @param outcome how it ended
 * @param reason why it ended otherwise than {@link Outcome#MOVED}; otherwise empty
 * @param startNanos when it began
 * @param endNanos when it ended, cleaned up
 * @param steps in order
 * @param rounds in order of their start
 * @param stoppedNanos how long the guest stood still; empty if it did not come to that
 * @param commandsPerSecondBefore of the workload in the time before; empty without one
 * @param commandsPerSecondDuring of the workload from the move's start to its end
 * @param commandsPerSecondAfter of the workload in the time behind
 * @param downtimeNanos from the last completion of the source to the first of the destination, as the client saw it
 */
public record Move(
        int number,
        String from,
        String to,
        Outcome outcome,
        String reason,
        long startNanos,
        long endNanos,
        List<StepSpan> steps,
        List<Round> rounds,
        OptionalLong stoppedNanos,
        OptionalDouble commandsPerSecondBefore,
        OptionalDouble commandsPerSecondDuring,
        OptionalDouble commandsPerSecondAfter,
        OptionalLong downtimeNanos) {
    public Move {
        steps = List.copyOf(steps);
        rounds = List.copyOf(rounds);
    }

    /** Bytes copied of a kind; what was copied again counts again. */
    public long bytes(Round.What what) {
        return roundsOf(what).stream().mapToLong(Round::bytes).sum();
    }

    /** Rounds of a kind. */
    public List<Round> roundsOf(Round.What what) {
        return rounds.stream().filter(round -> round.what() == what).toList();
    }

    /**
     * How fast things changed: what a round found to copy, by the time since the one of its kind before it began. Empty for the first, which
     * copies everything.
     */
    public OptionalDouble changedBytesPerSecond(Round round) {
        List<Round> kind = roundsOf(round.what());
        int index = kind.indexOf(round);
        if (index < 1) {
            return OptionalDouble.empty();
        }
        long nanos = round.startNanos() - kind.get(index - 1).startNanos();
        return nanos <= 0 ? OptionalDouble.empty() : OptionalDouble.of(round.bytes() * 1e9 / nanos);
    }

    /** How fast guest memory changed before the last round that the guest worked in; without such a round, before the last one. */
    public OptionalDouble dirtyBytesPerSecond() {
        List<Round> memory = roundsOf(Round.What.MEMORY);
        for (int i = memory.size() - 1; i > 0; i--) {
            if (memory.get(i).live() || i == 1) {
                return changedBytesPerSecond(memory.get(i));
            }
        }
        return OptionalDouble.empty();
    }

    /** When the guest began to stand still; empty if it did not come to that. */
    OptionalLong stopStartNanos() {
        return steps.stream()
                .filter(span -> !span.phase().works())
                .mapToLong(StepSpan::startNanos)
                .findFirst();
    }
}
