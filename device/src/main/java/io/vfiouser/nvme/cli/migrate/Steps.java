package io.vfiouser.nvme.cli.migrate;

import io.vfiouser.client.MigrationClient;
import io.vfiouser.mover.MoveOutcome;
import io.vfiouser.mover.MoveReport;
import io.vfiouser.mover.MoveStep;
import io.vfiouser.nvme.driver.NvmeDisconnectedException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What the mover reports, in this report's terms. */
final class Steps {
    private Steps() {}

    /**
     * The steps of a move.
     *
     * @param start when the move began, in nanoseconds since the run did
     */
    static List<StepSpan> of(MoveReport report, long start) {
        return report.steps().stream()
                .map(step -> new StepSpan(
                        phase(step.step()),
                        words(step.step()),
                        start + step.startNanos(),
                        start + step.startNanos() + step.durationNanos(),
                        step.completed()))
                .toList();
    }

    /** What was copied in a move, by time. */
    static List<Round> rounds(MoveReport report, long start) {
        List<Round> rounds = new ArrayList<>();
        report.rounds()
                .forEach(round -> rounds.add(round(
                        Round.What.MEMORY,
                        round.live(),
                        start + round.startNanos(),
                        round.durationNanos(),
                        round.bytes())));
        report.passes()
                .forEach(pass -> rounds.add(round(
                        Round.What.DEVICE,
                        pass.live(),
                        start + pass.startNanos(),
                        pass.durationNanos(),
                        pass.bytes())));
        rounds.sort(Comparator.comparingLong(Round::startNanos));
        return rounds;
    }

    private static Round round(Round.What what, boolean live, long start, long nanos, long bytes) {
        return new Round(what, live, start, start + nanos, bytes);
    }

    /** How a move ended. */
    static Outcome outcome(MoveOutcome outcome) {
        return switch (outcome) {
            case MoveOutcome.Moved ignored -> Outcome.MOVED;
            case MoveOutcome.RolledBack ignored -> Outcome.ROLLED_BACK;
            case MoveOutcome.NotConverging ignored -> Outcome.WOULD_NOT_CONVERGE;
            case MoveOutcome.Lost ignored -> Outcome.LOST;
        };
    }

    /** Why a move ended otherwise than well; otherwise empty. */
    static String reason(MoveOutcome outcome) {
        return switch (outcome) {
            case MoveOutcome.Moved ignored -> "";
            case MoveOutcome.RolledBack back
            when back.cancelled() -> "called off while " + doing(back.step()) + "; the device goes on where it was";
            case MoveOutcome.RolledBack back ->
                "failed while " + doing(back.step()) + ": " + message(back.cause())
                        + "; the device goes on where it was";
            case MoveOutcome.NotConverging not -> not.explanation();
            case MoveOutcome.Lost lost ->
                "failed while " + doing(lost.step()) + ": " + message(lost.cause()) + ". " + lost.explanation();
        };
    }

    /** What the end of a load means: a server that is gone is a loss, everything else must never happen. */
    static Outcome outcomeOf(Throwable failure) {
        return failure instanceof NvmeDisconnectedException ? Outcome.LOST : Outcome.VIOLATED;
    }

    /** {@code v1} or {@code v2}. */
    static String name(MigrationClient.Protocol protocol) {
        return protocol == MigrationClient.Protocol.REGISTERS ? "v1" : "v2";
    }

    static String message(Throwable cause) {
        String message = cause.getMessage();
        return message == null || message.isBlank() ? cause.getClass().getSimpleName() : message;
    }

    private static Phase phase(MoveStep step) {
        return switch (step) {
            case CONNECT, LOG_START -> Phase.PREPARING;
            case PRE_COPY, RESUMING, FIRST_COPY, PASSES -> Phase.PRE_COPY;
            case PAUSE, STOP_COPY -> Phase.STOPPING;
            case LAST_STREAM, LAST_MEMORY, VALIDATE -> Phase.LAST_ROUND;
            case COMMIT, TAKE_OVER, SWITCH, RESUME -> Phase.STARTING;
            case RETIRE -> Phase.CLEANING_UP;
            case ROLL_BACK -> Phase.ROLLING_BACK;
        };
    }

    private static String words(MoveStep step) {
        return switch (step) {
            case CONNECT -> "connect to the destination";
            case LOG_START -> "start logging what is written";
            case PRE_COPY -> "source: PRE_COPY";
            case RESUMING -> "destination: RESUMING";
            case FIRST_COPY -> "copy everything";
            case PASSES -> "copy what changed";
            case PAUSE -> "pause the guest";
            case STOP_COPY -> "source: STOP_COPY";
            case LAST_STREAM -> "copy the device's state";
            case LAST_MEMORY -> "copy the last pages";
            case VALIDATE -> "destination: checks it";
            case COMMIT -> "source: STOP, it lets go";
            case TAKE_OVER -> "destination: RUNNING";
            case SWITCH -> "turn the guest to it";
            case RESUME -> "let the guest go on";
            case RETIRE -> "disconnect the source";
            case ROLL_BACK -> "source: back to RUNNING";
        };
    }

    /** As it follows "failed while". */
    private static String doing(MoveStep step) {
        return switch (step) {
            case CONNECT -> "connecting to the destination";
            case LOG_START -> "starting to log what is written";
            case PRE_COPY -> "the source went to PRE_COPY";
            case RESUMING -> "the destination went to RESUMING";
            case FIRST_COPY, PASSES -> "copying with the guest working";
            case PAUSE -> "pausing the guest";
            case STOP_COPY -> "the source went to STOP_COPY";
            case LAST_STREAM -> "copying the device's state";
            case LAST_MEMORY -> "copying the last pages";
            case VALIDATE -> "the destination checked what it got";
            case COMMIT -> "the source let go";
            case TAKE_OVER -> "the destination took over";
            case SWITCH -> "turning the guest to the destination";
            case RESUME -> "letting the guest go on";
            case RETIRE -> "disconnecting the source";
            case ROLL_BACK -> "rolling back";
        };
    }
}
