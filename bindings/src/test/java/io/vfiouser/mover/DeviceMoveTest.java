package io.vfiouser.mover;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.client.MigrationClient;
import io.vfiouser.client.VfioUserClient;
import io.vfiouser.client.VfioUserErrorReply;
import io.vfiouser.client.VfioUserException;
import io.vfiouser.server.MigrationState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A device moves with a guest that keeps using it, and everything that can go wrong on the way leaves one device at work. */
@Timeout(60)
class DeviceMoveTest {
    private static final MoveOptions OPTIONS =
            MoveOptions.defaults().withChunkBytes(16 << 10).withPatience(Duration.ofMillis(500));

    private Path folder;
    private CounterDevice source;
    private CounterDevice destination;
    private CountingGuest guest;

    @BeforeEach
    void start() {
        folder = CounterDevice.temporaryFolder();
        source = CounterDevice.owner(folder, "a");
        destination = CounterDevice.empty(folder, "b");
        guest = new CountingGuest(source.connect());
        guest.awaitProgress(1);
    }

    @AfterEach
    void stop() throws Exception {
        guest.close();
        source.close();
        destination.close();
        Files.deleteIfExists(folder);
    }

    private DeviceMove move(MoveOptions options, StepListener listener) {
        return move(source, destination, options, listener);
    }

    private DeviceMove move(CounterDevice from, CounterDevice to, MoveOptions options, StepListener listener) {
        return new DeviceMove(guest.client, MoveTarget.local(to::connect), guest, guest.memory, options, listener)
                .sourceAgain(from::connect);
    }

    private void assertWorksAt(CounterDevice here, CounterDevice notHere) {
        guest.awaitProgress(2);
        assertThat(guest.mistakes).isEmpty();
        assertThat(guest.calls).doesNotContain("device lost");
        assertThat(here.owner).isTrue();
        assertThat(notHere.owner).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void movesUnderLoad(PreCopy preCopy) {
        MoveReport report =
                move(OPTIONS.withPreCopy(preCopy), StepListener.NONE).run();

        assertThat(report.outcome()).isEqualTo(new MoveOutcome.Moved());
        assertWorksAt(destination, source);
        assertThat(report.steps())
                .allMatch(MoveReport.Step::completed)
                .isSortedAccordingTo((a, b) -> a.step().compareTo(b.step()));
        assertThat(report.blackout()).isPresent();
        assertThat(report.rounds().getLast().live()).isFalse();
        assertThat(report.stateBytes()).isPositive().isLessThanOrEqualTo(report.streamBytes());
        if (preCopy == PreCopy.NONE) {
            assertThat(report.rounds()).hasSize(1);
        } else {
            assertThat(report.rounds().getFirst().pages())
                    .isEqualTo(guest.memory.regions().getFirst().pages());
        }
    }

    @Test
    void whatWasWrittenDuringTheLongFirstCopyIsNotLeftForThePause() {
        long all = guest.memory.regions().getFirst().lengthBytes();
        Runnable writtenAndStill = () -> {
            // By itself it writes every page within milliseconds, which may pass between two passes.
            guest.pause();
            guest.memory.markWritten(CounterDevice.IOVA, all);
        };
        MoveReport report = move(OPTIONS, at(MoveStep.PASSES, writtenAndStill)).run();

        assertThat(report.outcome()).isEqualTo(new MoveOutcome.Moved());
        assertThat(report.rounds().get(1).live()).isTrue();
        assertThat(report.rounds().get(1).bytes()).isEqualTo(all);
        assertThat(report.rounds().getLast().bytes()).isLessThan(all);
        assertWorksAt(destination, source);
    }

    @Test
    void movesBackAndForth() {
        for (int i = 0; i < 10; i++) {
            CounterDevice from = i % 2 == 0 ? source : destination;
            CounterDevice to = i % 2 == 0 ? destination : source;
            MoveReport report = move(from, to, OPTIONS, StepListener.NONE).run();
            assertThat(report.outcome()).isEqualTo(new MoveOutcome.Moved());
            assertWorksAt(to, from);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = MoveStep.class,
            names = {"TAKE_OVER", "SWITCH", "RESUME", "RETIRE", "ROLL_BACK"},
            mode = EnumSource.Mode.EXCLUDE)
    void aMoveCancelledAtAnyStepLeavesTheGuestAtTheSource(MoveStep step) {
        DeviceMove[] move = new DeviceMove[1];
        move[0] = move(OPTIONS, at(step, () -> move[0].cancel()));
        MoveReport report = move[0].run();

        assertThat(report.outcome()).isInstanceOfSatisfying(MoveOutcome.RolledBack.class, rolledBack -> {
            assertThat(rolledBack.step()).isEqualTo(step);
            assertThat(rolledBack.cancelled()).isTrue();
        });
        assertWorksAt(source, destination);
        // And it can still be moved.
        assertThat(move(OPTIONS, StepListener.NONE).run().moved()).isTrue();
        assertWorksAt(destination, source);
    }

    @ParameterizedTest
    @EnumSource(
            value = MoveStep.class,
            names = {"TAKE_OVER", "SWITCH", "RESUME", "RETIRE"})
    void afterThePointOfNoReturnCancellingDoesNothing(MoveStep step) {
        DeviceMove[] move = new DeviceMove[1];
        move[0] = move(OPTIONS, at(step, () -> move[0].cancel()));
        assertThat(move[0].run().moved()).isTrue();
        assertWorksAt(destination, source);
    }

    @ParameterizedTest
    @EnumSource(
            value = MoveStep.class,
            names = {"RESUMING", "FIRST_COPY", "PASSES", "PAUSE", "LAST_STREAM", "VALIDATE", "TAKE_OVER"})
    void aDestinationThatIsLostAtAnyStepLeavesTheGuestAtTheSource(MoveStep step) {
        MoveReport report = move(OPTIONS, at(step, () -> destination.close())).run();

        assertThat(report.outcome()).isInstanceOf(MoveOutcome.RolledBack.class);
        assertWorksAt(source, destination);
    }

    @ParameterizedTest
    @EnumSource(
            value = MoveStep.class,
            names = {"PRE_COPY", "PASSES", "STOP_COPY", "LAST_STREAM", "LAST_MEMORY"})
    void aSourceThatIsLostBeforeItLetGoIsReported(MoveStep step) {
        MoveReport report = move(OPTIONS, at(step, () -> source.close())).run();

        assertThat(report.outcome()).isInstanceOfSatisfying(MoveOutcome.Lost.class, lost -> {
            assertThat(lost.step().compareTo(step)).isNotNegative();
            assertThat(lost.explanation()).contains("source");
        });
        assertThat(destination.owner).isFalse();
        assertThat(guest.calls).contains("rollBack");
    }

    @Test
    void aSourceThatDiesWhenItIsToLetGoIsNotMissed() {
        MoveReport report =
                move(OPTIONS, at(MoveStep.COMMIT, () -> source.close())).run();

        assertThat(report.moved()).isTrue();
        guest.awaitProgress(2);
        assertThat(guest.mistakes).isEmpty();
    }

    @Test
    void aSourceThatHangsUpWithoutLettingGoKeepsTheDevice() {
        MoveReport report =
                move(OPTIONS, at(MoveStep.COMMIT, () -> source.hangUp())).run();

        assertThat(report.outcome()).isInstanceOf(MoveOutcome.Lost.class);
        assertThat(source.owner).isTrue();
        assertThat(destination.owner).isFalse();
    }

    @ParameterizedTest
    @EnumSource(
            value = MigrationState.class,
            names = {"PRE_COPY", "STOP_AND_COPY"})
    void aSourceThatRefusesAStateKeepsTheDevice(MigrationState refused) {
        source.refused = refused;
        MoveReport report = move(OPTIONS, StepListener.NONE).run();

        assertThat(report.outcome())
                .isInstanceOfSatisfying(
                        MoveOutcome.RolledBack.class,
                        rolledBack -> assertThat(rolledBack.cause()).isInstanceOf(VfioUserErrorReply.class));
        assertWorksAt(source, destination);
    }

    @ParameterizedTest
    @EnumSource(
            value = MigrationState.class,
            names = {"PRE_COPY", "STOP_AND_COPY"})
    void aSourceThatIsBusyForAWhileIsAskedAgain(MigrationState busyFor) {
        source.busyFor = busyFor;
        source.busy.set(3);
        assertThat(move(OPTIONS, StepListener.NONE).run().outcome()).isEqualTo(new MoveOutcome.Moved());
        assertThat(source.busy).hasValue(0);
    }

    @ParameterizedTest
    @EnumSource(
            value = MigrationState.class,
            names = {"RESUME", "RUNNING"})
    void aDestinationThatRefusesAStateDoesNotGetTheDevice(MigrationState refused) {
        destination.refused = refused;
        MoveReport report = move(OPTIONS, StepListener.NONE).run();

        assertThat(report.outcome()).isInstanceOfSatisfying(MoveOutcome.RolledBack.class, rolledBack -> {
            assertThat(rolledBack.cause()).isInstanceOf(VfioUserErrorReply.class);
            assertThat(rolledBack.step())
                    .isEqualTo(refused == MigrationState.RESUME ? MoveStep.RESUMING : MoveStep.TAKE_OVER);
        });
        assertWorksAt(source, destination);
    }

    @Test
    void aDestinationThatTookOverAndLostItsConnectionIsNotRolledBack() {
        AtomicBoolean hungUp = new AtomicBoolean();
        destination.entered = state -> {
            if (state == MigrationState.RUNNING && hungUp.compareAndSet(false, true)) {
                destination.hangUp();
            }
        };
        MoveReport report = move(OPTIONS, StepListener.NONE).run();

        assertThat(report.outcome()).isInstanceOfSatisfying(MoveOutcome.Lost.class, lost -> {
            assertThat(lost.step()).isEqualTo(MoveStep.TAKE_OVER);
            assertThat(lost.explanation()).contains("it has taken over");
        });
        assertThat(source.owner).isFalse();
        assertThat(destination.owner).isTrue();
    }

    @Test
    void aPageThatTheGuestForgotToMarkIsMissed() {
        guest.forgotten = 17;
        // Time for the guest to write the page after it was copied.
        MoveReport report =
                move(OPTIONS, at(MoveStep.PAUSE, () -> guest.awaitProgress(2))).run();
        assertThat(report.moved()).isTrue();
        guest.awaitProgress(2);
        assertThat(guest.mistakes).hasSize(1).allMatch(mistake -> mistake.startsWith("own page 17"));
    }

    @Test
    void theRateLimitIsKept() {
        long bytes = guest.memory.regions().getFirst().lengthBytes();
        MoveReport report = move(OPTIONS.withLiveBytesPerSecond(bytes * 4), StepListener.NONE)
                .run();
        assertThat(report.moved()).isTrue();
        MoveReport.MemoryRound first = report.rounds().getFirst();
        assertThat(Duration.ofNanos(first.durationNanos())).isBetween(Duration.ofMillis(180), Duration.ofMillis(1000));
        assertThat(report.rounds().getLast().durationNanos()).isLessThan(first.durationNanos());
    }

    @Test
    void aMoveThatDoesNotConvergeIsGivenUpAndTheGuestGoesOn() {
        source.chatter = 100;
        MoveReport report = move(
                        OPTIONS.withDowntime(Duration.ofNanos(1)).withLimits(3, Duration.ofSeconds(20)),
                        StepListener.NONE)
                .run();
        assertThat(report.outcome())
                .isInstanceOfSatisfying(
                        MoveOutcome.NotConverging.class,
                        outcome -> assertThat(outcome.explanation()).contains("after 3 passes"));
        assertThat(report.blackout()).isEmpty();
        assertWorksAt(source, destination);
    }

    @Test
    void aStreamWithoutAnEndIsCutOff() {
        MoveReport report =
                move(OPTIONS.withMaxStreamBytes(100), StepListener.NONE).run();
        assertThat(report.outcome())
                .isInstanceOfSatisfying(
                        MoveOutcome.RolledBack.class,
                        rolledBack -> assertThat(rolledBack.cause()).hasMessageContaining("longer than 100 bytes"));
        assertWorksAt(source, destination);
    }

    @Test
    void theStreamCanBeKept() throws Exception {
        Path kept = Files.createTempFile("kept", ".stream");
        try {
            MoveReport report =
                    move(OPTIONS.withKeepStream(kept), StepListener.NONE).run();
            assertThat(report.moved()).isTrue();
            assertThat(Files.size(kept)).isEqualTo(report.streamBytes());
        } finally {
            Files.delete(kept);
        }
    }

    @Test
    void aStreamThatCannotBeKeptEndsTheMove() {
        MoveReport report = move(OPTIONS.withKeepStream(Path.of("/dev/full")), StepListener.NONE)
                .run();
        assertThat(report.outcome())
                .isInstanceOfSatisfying(
                        MoveOutcome.RolledBack.class,
                        rolledBack -> assertThat(rolledBack.cause()).hasMessageContaining("cannot keep the stream"));
        assertWorksAt(source, destination);
    }

    @Test
    void aGuestThatDoesNotPauseIsNotMoved() {
        Guest restless = new RestlessGuest(guest);
        MoveReport report = new DeviceMove(
                        guest.client,
                        MoveTarget.local(destination::connect),
                        restless,
                        guest.memory,
                        OPTIONS,
                        StepListener.NONE)
                .run();
        assertThat(report.outcome())
                .isInstanceOfSatisfying(
                        MoveOutcome.RolledBack.class,
                        rolledBack -> assertThat(rolledBack.cause()).isInstanceOf(GuestPauseException.class));
        assertWorksAt(source, destination);
    }

    @Test
    void nobodyAtTheDestinationIsSaidSo() {
        destination.close();
        MoveReport report = move(OPTIONS, StepListener.NONE).run();
        assertThat(report.outcome()).isInstanceOfSatisfying(MoveOutcome.RolledBack.class, rolledBack -> {
            assertThat(rolledBack.step()).isEqualTo(MoveStep.CONNECT);
            assertThat(rolledBack.cause()).isInstanceOf(VfioUserException.class);
        });
        assertThat(report.destination()).isEmpty();
        assertWorksAt(source, destination);
    }

    @Test
    void theReportSaysWhatWasSpoken() {
        MoveReport report = move(OPTIONS, StepListener.NONE).run();
        boolean old = report.source().minor() < 2;
        assertThat(report.source().protocol())
                .isEqualTo(old ? MigrationClient.Protocol.REGISTERS : MigrationClient.Protocol.MESSAGES);
        assertThat(report.destination()).contains(report.source());
    }

    @Test
    void everyChunkIsAnnouncedAndNoLongerThanWanted() {
        AtomicInteger chunks = new AtomicInteger();
        StepListener counting = new StepListener() {
            @Override
            public void beforeChunk(MoveStep step, long bytes) {
                if (step == MoveStep.FIRST_COPY) {
                    assertThat(bytes).isLessThanOrEqualTo(16 << 10);
                    chunks.incrementAndGet();
                }
            }
        };
        assertThat(move(OPTIONS, counting).run().moved()).isTrue();
        assertThat(chunks).hasValue((int) (guest.memory.regions().getFirst().lengthBytes() >> 14));
    }

    /** Does something once, just before a step. */
    private static StepListener at(MoveStep wanted, Runnable action) {
        return new StepListener() {
            private boolean done;

            @Override
            public void before(MoveStep step) {
                if (step == wanted && !done) {
                    done = true;
                    action.run();
                }
            }
        };
    }

    /** As another guest, but it stops only the first time. */
    private static final class RestlessGuest implements Guest {
        private final CountingGuest calm;
        private int pauses;

        RestlessGuest(CountingGuest calm) {
            this.calm = calm;
        }

        @Override
        public java.util.concurrent.locks.Lock clientLock() {
            return calm.clientLock();
        }

        @Override
        public void pause() {
            if (pauses++ == 1) {
                throw new GuestPauseException("the second time it does not stop");
            }
            calm.pause();
        }

        @Override
        public void resume() {
            calm.resume();
        }

        @Override
        public void switchTo(VfioUserClient destination) {
            calm.switchTo(destination);
        }

        @Override
        public void rollBack() {
            calm.rollBack();
        }
    }
}
