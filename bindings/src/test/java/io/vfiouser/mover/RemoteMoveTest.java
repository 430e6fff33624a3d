package io.vfiouser.mover;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.server.MigrationState;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A device moves over TCP to a receiver that takes its guest over, and a link that breaks anywhere leaves one of them running. */
@Timeout(60)
class RemoteMoveTest {
    private static final Duration SILENCE = Duration.ofSeconds(5);
    private static final Duration LONG = Duration.ofSeconds(10);
    private static final MoveOptions OPTIONS =
            MoveOptions.defaults().withChunkBytes(64 << 10).withPatience(Duration.ofSeconds(2));

    private Path folder;
    private CounterDevice source;
    private CounterDevice destination;
    private CountingGuest guest;
    private RemoteReceiver receiver;
    private final List<CountingGuest> arrived = new ArrayList<>();

    @BeforeEach
    void start() {
        folder = CounterDevice.temporaryFolder();
        source = CounterDevice.owner(folder, "a");
        destination = CounterDevice.empty(folder, "b");
        guest = new CountingGuest(source.connect());
        guest.awaitProgress(1);
        receiver = listen();
    }

    private RemoteReceiver listen() {
        return RemoteReceiver.listen(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                destination::connect,
                (client, memory, state) -> {
                    CountingGuest here = new CountingGuest(client, memory, state);
                    arrived.add(here);
                    return new GuestHost.ArrivingGuest() {
                        @Override
                        public void goOn() {
                            here.resume();
                        }

                        @Override
                        public void discard() {
                            here.left();
                        }
                    };
                },
                ReceiveOptions.defaults().withSilence(SILENCE).withLinger(Duration.ZERO));
    }

    @AfterEach
    void stop() throws Exception {
        guest.close();
        receiver.close();
        source.close();
        destination.close();
        Files.deleteIfExists(folder);
    }

    private MoveReport move(SocketAddress to, MoveOptions options) {
        return new DeviceMove(
                        guest.client, MoveTarget.remote(to, SILENCE), guest, guest.memory, options, StepListener.NONE)
                .sourceAgain(source::connect)
                .run();
    }

    private void assertRunsAtTheSource() {
        guest.awaitProgress(2);
        assertThat(guest.mistakes).isEmpty();
        assertThat(guest.calls).doesNotContain("device lost", "left");
        assertThat(source.owner).isTrue();
        assertThat(receiver.await(Duration.ZERO)).isEmpty();
    }

    private void assertRunsAtTheDestination() {
        try (Arrival _ = receiver.await(LONG).orElseThrow()) {
            CountingGuest here = arrived.getLast();
            here.awaitProgress(2);
            assertThat(here.mistakes).isEmpty();
            assertThat(here.calls).doesNotContain("device lost");
            assertThat(guest.calls).contains("left");
            assertThat(destination.owner).isTrue();
            assertThat(source.owner).isFalse();
            here.left();
        }
    }

    @ParameterizedTest
    @EnumSource
    void movesUnderLoad(PreCopy preCopy) {
        MoveReport report = move(receiver.address(), OPTIONS.withPreCopy(preCopy));

        assertThat(report.outcome()).isEqualTo(new MoveOutcome.Moved());
        Arrival arrival = receiver.await(LONG).orElseThrow();
        try (arrival) {
            assertThat(report.destination()).contains(arrival.device());
            assertThat(arrival.memoryBytes()).isEqualTo(report.memoryBytes());
            assertThat(arrival.streamBytes()).isEqualTo(report.streamBytes());
            CountingGuest here = arrived.getLast();
            here.awaitProgress(2);
            assertThat(here.mistakes).isEmpty();
            assertThat(arrival.memory().segment(0).mismatch(guest.memory.segment(0)))
                    .isNotEqualTo(-1);
            here.left();
        }
        assertThat(source.owner).isFalse();
    }

    @Test
    void aLinkThatIsCutAnywhereOnTheWayThereLeavesOneRunning() throws IOException {
        long all = bytesOfAMove(true);
        int moved = 0;
        for (long cut : placesToCut(all)) {
            if (cutOnce(cut, Long.MAX_VALUE, true)) {
                moved++;
            }
        }
        // The last frames: what is behind the order to take over does not matter.
        assertThat(moved).isPositive();
    }

    @Test
    void aLinkThatIsCutAnywhereOnTheWayBackLeavesOneRunning() throws IOException {
        long all = bytesOfAMove(false);
        int moved = 0;
        for (long cut = 1; cut <= all; cut++) {
            if (cutOnce(Long.MAX_VALUE, cut, true)) {
                moved++;
            }
        }
        // The answer to the order to take over: 12 bytes, of which each can be the last.
        assertThat(moved).isBetween(12, 13);
    }

    @Test
    void anAnswerThatCannotBeAskedForAgainStopsBothRatherThanOne() throws IOException {
        long all = bytesOfAMove(false);
        try (CuttingProxy proxy = new CuttingProxy(receiver.address(), Long.MAX_VALUE, all - 5, false)) {
            MoveReport report = move(proxy.address(), OPTIONS.withPatience(Duration.ofMillis(200)));
            assertThat(report.outcome())
                    .isInstanceOfSatisfying(
                            MoveOutcome.Lost.class,
                            lost -> assertThat(lost.explanation())
                                    .contains("cannot be reached")
                                    .contains("source stays stopped"));
        }
        assertThat(source.owner).isFalse();
        try (Arrival _ = receiver.await(LONG).orElseThrow()) {
            arrived.getLast().awaitProgress(1);
            assertThat(arrived.getLast().mistakes).isEmpty();
            arrived.getLast().left();
        }
    }

    /** A whole move, and how many bytes it took; guest and device are as before. */
    private long bytesOfAMove(boolean toReceiver) throws IOException {
        try (CuttingProxy proxy = new CuttingProxy(receiver.address(), Long.MAX_VALUE, Long.MAX_VALUE, true)) {
            assertThat(move(proxy.address(), OPTIONS.withPreCopy(PreCopy.NONE)).moved())
                    .isTrue();
            assertRunsAtTheDestination();
            backToTheSource();
            return toReceiver ? proxy.toReceiver.get() : proxy.toSender.get();
        }
    }

    /** Begins anew: another guest at a source that owns. */
    private void backToTheSource() {
        guest.close();
        receiver.close();
        source.close();
        destination.close();
        source = CounterDevice.owner(folder, "a");
        destination = CounterDevice.empty(folder, "b");
        receiver = listen();
        guest = new CountingGuest(source.connect());
    }

    /** Cuts once and checks that exactly one goes on; whether it is the destination. */
    private boolean cutOnce(long toReceiver, long toSender, boolean onlyOnce) throws IOException {
        MoveReport report;
        try (CuttingProxy proxy = new CuttingProxy(receiver.address(), toReceiver, toSender, onlyOnce)) {
            report = move(proxy.address(), OPTIONS.withPreCopy(PreCopy.NONE));
        }
        String where = toReceiver + "/" + toSender;
        assertThat(report.outcome()).as(where).isNotInstanceOf(MoveOutcome.Lost.class);
        if (report.moved()) {
            assertRunsAtTheDestination();
            backToTheSource();
            return true;
        }
        assertRunsAtTheSource();
        assertThat(destination.owner).as(where).isFalse();
        return false;
    }

    /** Around each end of the stream every byte, in between some. */
    private static List<Long> placesToCut(long all) {
        return LongStream.concat(
                        LongStream.iterate(1, at -> at < all, at -> at < 100 ? at + 7 : at + all / 12),
                        LongStream.rangeClosed(all - 60, all))
                .boxed()
                .toList();
    }

    @Test
    void aDestinationThatDoesNotTakeOverGivesTheGuestBack() {
        destination.refused = MigrationState.RUNNING;
        MoveReport report = move(receiver.address(), OPTIONS);
        assertThat(report.outcome()).isInstanceOfSatisfying(MoveOutcome.RolledBack.class, back -> {
            assertThat(back.step()).isEqualTo(MoveStep.TAKE_OVER);
            assertThat(back.cause()).hasMessageContaining("did not take over");
        });
        assertRunsAtTheSource();
        destination.refused = null;
        assertThat(move(receiver.address(), OPTIONS).moved()).isTrue();
        assertRunsAtTheDestination();
    }

    @Test
    void aReceiverWhoseDeviceRefusesSaysWhy() {
        destination.refused = MigrationState.RESUME;
        MoveReport report = move(receiver.address(), OPTIONS);
        assertThat(report.outcome()).isInstanceOfSatisfying(MoveOutcome.RolledBack.class, back -> {
            assertThat(back.step()).isEqualTo(MoveStep.RESUMING);
            assertThat(back.cause()).hasMessageContaining("the receiver refuses");
        });
        assertRunsAtTheSource();
    }

    @Test
    void nobodyWhoListensIsSaidSo() {
        InetSocketAddress gone = receiver.address();
        receiver.close();
        MoveReport report = move(gone, OPTIONS);
        assertThat(report.outcome())
                .isInstanceOfSatisfying(
                        MoveOutcome.RolledBack.class,
                        back -> assertThat(back.cause()).hasMessageContaining("cannot connect to the receiver"));
        guest.awaitProgress(1);
        assertThat(source.owner).isTrue();
    }

    @Test
    void aGuestThatIsStillHereKeepsOthersOut() {
        assertThat(move(receiver.address(), OPTIONS).moved()).isTrue();
        Optional<Arrival> arrival = receiver.await(LONG);
        assertThat(arrival).isPresent();
        CountingGuest gone = guest;
        CountingGuest here = arrived.getLast();
        guest = here;
        MoveReport report = move(receiver.address(), OPTIONS);
        assertThat(report.outcome())
                .isInstanceOfSatisfying(
                        MoveOutcome.RolledBack.class,
                        back -> assertThat(back.cause()).hasMessageContaining("its guest is still here"));
        here.awaitProgress(1);
        assertThat(here.mistakes).isEmpty();
        gone.close();
    }
}
