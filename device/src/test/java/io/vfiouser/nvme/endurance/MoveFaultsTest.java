package io.vfiouser.nvme.endurance;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.mover.MoveOutcome;
import io.vfiouser.mover.MoveReport;
import io.vfiouser.mover.MoveStep;
import io.vfiouser.nvme.block.SharedMemoryFolder;
import io.vfiouser.nvme.migration.StorageMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Somebody is killed as a step of a move begins. Never do two sides serve the guest; one does wherever one is left that could; the guest goes
 * on where it can; and nothing is lost that was flushed.
 */
@Timeout(120)
class MoveFaultsTest {
    private static final long PATIENCE_SECONDS = 30;

    /** Who is killed. */
    enum Victim {
        SOURCE,
        DESTINATION,
        MOVER
    }

    /** What is left of a move in which somebody was killed. */
    enum Left {
        /** The guest goes on at the source. */
        GUEST_AT_SOURCE,
        /** The guest goes on at the destination. */
        GUEST_AT_DESTINATION,
        /** The guest has nobody; the source serves the next one. */
        SOURCE,
        /** The guest has nobody; the destination serves the next one. */
        DESTINATION,
        /** Nobody serves; a source that is started again does. */
        SOURCE_STARTED_AGAIN,
        /** Nobody serves; a destination that is started again as the owner of its image does. */
        DESTINATION_STARTED_AGAIN
    }

    @TempDir(factory = SharedMemoryFolder.class)
    private Path folder;

    static Stream<Arguments> everyStep() {
        return Arrays.stream(StorageMode.values())
                .flatMap(storage -> Arrays.stream(Victim.values())
                        .flatMap(victim ->
                                Arrays.stream(MoveStep.values()).map(step -> Arguments.of(storage, victim, step))));
    }

    @ParameterizedTest
    @CsvSource({"SHARED, DESTINATION, TAKE_OVER", "COPY, SOURCE, COMMIT"})
    void aKillAtATellingStepLeavesOneOwner(StorageMode storage, Victim victim, MoveStep step) throws Exception {
        kill(storage, victim, step);
    }

    @ParameterizedTest
    @MethodSource("everyStep")
    @Tag("soak")
    void aKillAtAnyStepLeavesOneOwner(StorageMode storage, Victim victim, MoveStep step) throws Exception {
        kill(storage, victim, step);
    }

    private void kill(StorageMode storage, Victim victim, MoveStep step) throws Exception {
        try (MoveSides sides = MoveSides.start(Files.createTempDirectory(folder, "move"), storage)) {
            Left expected = expected(storage, victim, step);
            try {
                sides.awaitListening();
                if (victim == Victim.MOVER) {
                    moveInAnotherProcess(sides, step);
                } else {
                    moveHere(sides, victim, step, expected);
                }
                requireLeft(sides, expected);
            } catch (AssertionError | RuntimeException e) {
                e.addSuppressed(new AssertionError("with " + sides));
                throw e;
            }
        }
    }

    private static Left expected(StorageMode storage, Victim victim, MoveStep step) {
        boolean rolledBack = step == MoveStep.ROLL_BACK;
        boolean committed = !rolledBack && step.compareTo(MoveStep.COMMIT) > 0;
        boolean taken = !rolledBack && step.compareTo(MoveStep.TAKE_OVER) > 0;
        boolean readToTheEnd = !rolledBack && step.compareTo(MoveStep.VALIDATE) >= 0;
        // What was handed over is taken back where the medium's lock says that nobody else has it.
        boolean shared = storage == StorageMode.SHARED;
        return switch (victim) {
            case SOURCE -> readToTheEnd ? Left.GUEST_AT_DESTINATION : Left.SOURCE_STARTED_AGAIN;
            case DESTINATION -> !taken ? Left.GUEST_AT_SOURCE : shared ? Left.SOURCE : Left.DESTINATION_STARTED_AGAIN;
            case MOVER -> taken ? Left.DESTINATION : !committed || shared ? Left.SOURCE : Left.SOURCE_STARTED_AGAIN;
        };
    }

    private static void moveHere(MoveSides sides, Victim victim, MoveStep step, Left expected) throws IOException {
        MoveSides.Side killed = victim == Victim.SOURCE ? sides.source() : sides.destination();
        BreakAt kill = new BreakAt(step, killed::kill);
        try (JournalledGuest guest = JournalledGuest.start(sides.source().socket(), sides.journal())) {
            guest.awaitFlushes();
            MoveReport report =
                    guest.move(sides.source().socket(), sides.destination().socket(), kill);
            assertThat(kill.broken()).as("%s", report).isTrue();
            switch (expected) {
                case GUEST_AT_SOURCE -> {
                    assertThat(report.outcome()).isInstanceOf(MoveOutcome.RolledBack.class);
                    requireGuestAt(sides, sides.source(), guest);
                }
                case GUEST_AT_DESTINATION -> {
                    assertThat(report.outcome()).isInstanceOf(MoveOutcome.Moved.class);
                    requireGuestAt(sides, sides.destination(), guest);
                }
                case SOURCE_STARTED_AGAIN -> assertThat(report.outcome()).isInstanceOf(MoveOutcome.Lost.class);
                case SOURCE, DESTINATION, DESTINATION_STARTED_AGAIN ->
                    assertThat(report.outcome()).isNotInstanceOf(MoveOutcome.RolledBack.class);
            }
        }
    }

    private static void requireGuestAt(MoveSides sides, MoveSides.Side side, JournalledGuest guest) throws IOException {
        guest.requireGoingOn();
        sides.requireLocked(side);
        sides.requireRefusal(sides.other(side));
        guest.requireGoingOn();
        guest.requireIntact();
    }

    private static void moveInAnotherProcess(MoveSides sides, MoveStep step) throws Exception {
        Process mover = ChildJvm.of(
                        VictimMover.class.getName(),
                        List.of(
                                sides.source().socket().toString(),
                                sides.destination().socket().toString(),
                                sides.journal().toString(),
                                step.name()))
                .start();
        try {
            assertThat(mover.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(mover.exitValue()).isEqualTo(VictimMover.ENDED);
        } finally {
            mover.destroyForcibly();
        }
    }

    private static void requireLeft(MoveSides sides, Left left) throws IOException {
        switch (left) {
            case GUEST_AT_SOURCE, SOURCE -> sides.requireOnlyOwner(sides.source());
            case GUEST_AT_DESTINATION, DESTINATION -> sides.requireOnlyOwner(sides.destination());
            case SOURCE_STARTED_AGAIN -> requireStartedAgain(sides, sides.source());
            case DESTINATION_STARTED_AGAIN -> requireStartedAgain(sides, sides.destination());
        }
    }

    private static void requireStartedAgain(MoveSides sides, MoveSides.Side side) throws IOException {
        sides.requireRefusal(sides.source());
        sides.requireRefusal(sides.destination());
        side.serveAgain();
        sides.requireOnlyOwner(side);
    }
}
