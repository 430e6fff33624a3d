package io.vfiouser.mover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.vfiouser.client.VfioUserClient;
import io.vfiouser.os.Protection;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever is sent to a receiver is refused with a reason or not answered, and it takes a proper move afterwards. */
@Timeout(60)
class HostileSenderTest {
    private static final Duration SILENCE = Duration.ofSeconds(5);
    private static final int ATTEMPTS = 50;
    private static final int GREETING_BYTES = 12;

    private Path folder;
    private CounterDevice destination;
    private RemoteReceiver receiver;

    @BeforeEach
    void start() {
        folder = CounterDevice.temporaryFolder();
        destination = CounterDevice.empty(folder, "b");
        receiver = RemoteReceiver.listen(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                destination::connect,
                GuestHost.nobody(),
                ReceiveOptions.defaults()
                        .withSilence(SILENCE)
                        .withLinger(Duration.ZERO)
                        .withMaxMemoryBytes(1 << 20));
    }

    @AfterEach
    void stop() throws IOException {
        assertTakesAProperMove();
        receiver.close();
        destination.close();
        Files.delete(folder);
    }

    private void assertTakesAProperMove() throws IOException {
        Path other = CounterDevice.temporaryFolder();
        try (CounterDevice source = CounterDevice.owner(other, "a");
                GuestMemory memory = GuestMemory.create(List.of(region(64 << 10)))) {
            VfioUserClient client = source.connect();
            memory.mapInto(client);
            MoveReport report = new DeviceMove(
                            client,
                            MoveTarget.remote(receiver.address(), SILENCE),
                            Guest.none(),
                            memory,
                            MoveOptions.defaults(),
                            StepListener.NONE)
                    .run();
            assertThat(report.outcome()).isEqualTo(new MoveOutcome.Moved());
            receiver.await(SILENCE).orElseThrow().close();
        }
        Files.delete(other);
    }

    private static GuestRegion region(long lengthBytes) {
        return new GuestRegion(CounterDevice.IOVA, lengthBytes, Protection.READ_WRITE);
    }

    private FrameLink greeted(long memoryBytes) {
        FrameLink link = FrameLink.connect(receiver.address(), SILENCE);
        List<GuestRegion> regions = List.of(region(memoryBytes));
        ByteBuffer hello = link.payload(16 + Landing.regionsBytes(regions));
        UUID id = UUID.randomUUID();
        hello.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
        Landing.putRegions(hello, regions);
        link.send(LinkFrame.Kind.HELLO);
        return link;
    }

    /** The answer to what is sent after an accepted greeting. */
    private LinkFrame.Kind answerTo(Consumer<FrameLink> sending, String reason) {
        try (FrameLink link = greeted(64 << 10)) {
            assertThat(link.receive(FrameLink.SMALL_PAYLOAD_BYTES).kind()).isEqualTo(LinkFrame.Kind.OK);
            sending.accept(link);
            LinkFrame answer = link.receive(FrameLink.SMALL_PAYLOAD_BYTES);
            assertThat(FrameLink.text(answer)).contains(reason);
            return answer.kind();
        }
    }

    private static Consumer<FrameLink> pages(int region, long offset, int count) {
        return link -> {
            ByteBuffer payload = link.payload(16 + count);
            ByteBuffer ignored =
                    payload.putInt(region).putInt(0).putLong(offset).position(payload.limit());
            link.send(LinkFrame.Kind.PAGES);
        };
    }

    @Test
    void framesOutOfOrderAndOutOfRangeAreRefusedByName() {
        assertThat(answerTo(link -> link.sendEmpty(LinkFrame.Kind.TAKE_OVER), "was not checked"))
                .isEqualTo(LinkFrame.Kind.REFUSED);
        assertThat(answerTo(pages(1, 0, 4096), "unknown region")).isEqualTo(LinkFrame.Kind.REFUSED);
        assertThat(answerTo(pages(0, 64 << 10, 4096), "does not lie")).isEqualTo(LinkFrame.Kind.REFUSED);
        assertThat(answerTo(pages(0, -4096, 4096), "does not lie")).isEqualTo(LinkFrame.Kind.REFUSED);
        assertThat(answerTo(pages(0, 0, 100), "does not lie")).isEqualTo(LinkFrame.Kind.REFUSED);
        assertThat(answerTo(
                        link -> {
                            ByteBuffer ignored = link.payload(5).putInt(0).put((byte) 0);
                            link.send(LinkFrame.Kind.STREAM);
                        },
                        "none is expected"))
                .isEqualTo(LinkFrame.Kind.REFUSED);
        assertThat(receiver.await(Duration.ZERO)).isEmpty();
    }

    @Test
    void whoeverWasRefusedMayTryAgainAtOnce() {
        for (int i = 0; i < ATTEMPTS; i++) {
            assertThat(answerTo(link -> link.sendEmpty(LinkFrame.Kind.TAKE_OVER), "was not checked"))
                    .isEqualTo(LinkFrame.Kind.REFUSED);
        }
    }

    @Test
    void moreMemoryThanAllowedIsRefused() {
        try (FrameLink link = greeted(2 << 20)) {
            LinkFrame answer = link.receive(FrameLink.SMALL_PAYLOAD_BYTES);
            assertThat(answer.kind()).isEqualTo(LinkFrame.Kind.REFUSED);
            assertThat(FrameLink.text(answer)).contains("1048576 bytes");
        }
    }

    @Test
    void aMoveThatNobodyKnowsIsSaidToBeUnknown() {
        try (FrameLink link = FrameLink.connect(receiver.address(), SILENCE)) {
            ByteBuffer ignored = link.payload(16).putLong(1).putLong(2);
            link.send(LinkFrame.Kind.ASK);
            assertThat(link.receive(FrameLink.SMALL_PAYLOAD_BYTES).kind()).isEqualTo(LinkFrame.Kind.UNKNOWN);
        }
    }

    @Test
    void aWrongChecksumAndALengthThatIsTooLongEndTheConnection() throws IOException {
        for (int length : new int[] {-1, Integer.MAX_VALUE, 9000, 16}) {
            ByteBuffer bytes = greeting();
            bytes.putInt(LinkFrame.Kind.HELLO.code()).putInt(length).putInt(0x1234);
            assertClosedAfter(bytes);
        }
    }

    @Test
    void noiseEndsTheConnection() throws IOException {
        SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < 100; i++) {
            ByteBuffer bytes = greeting();
            byte[] noise = new byte[bytes.remaining()];
            random.nextBytes(noise);
            bytes.put(noise);
            if (i % 2 == 0) {
                bytes.put(random.nextInt(GREETING_BYTES), (byte) random.nextInt());
            }
            assertClosedAfter(bytes);
        }
    }

    /** A greeting that is right, with room behind it. */
    private static ByteBuffer greeting() {
        ByteBuffer bytes = ByteBuffer.allocate(200).order(ByteOrder.LITTLE_ENDIAN);
        return bytes.putLong(0x0045_564F_4D55_4656L).putInt(1);
    }

    private void assertClosedAfter(ByteBuffer frames) throws IOException {
        try (Socket socket =
                new Socket(receiver.address().getAddress(), receiver.address().getPort())) {
            socket.setSoTimeout((int) SILENCE.toMillis());
            byte[] bytes = new byte[frames.capacity()];
            frames.clear().get(bytes);
            socket.getOutputStream().write(bytes);
            socket.shutdownOutput();
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        } catch (java.net.SocketException e) {
            // Closed with something unread.
            assertThat(e).hasMessageContaining("reset");
        }
    }

    @Test
    void aReceiverThatIsClosedTakesNothingMore() {
        RemoteReceiver closed = RemoteReceiver.listen(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                destination::connect,
                GuestHost.nobody(),
                ReceiveOptions.defaults());
        InetSocketAddress address = closed.address();
        closed.close();
        assertThatExceptionOfType(LinkLostException.class)
                .isThrownBy(() -> FrameLink.connect(address, SILENCE).close());
    }
}
