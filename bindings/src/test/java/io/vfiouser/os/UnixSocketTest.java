package io.vfiouser.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.vfiouser.ffi.posix.posix_h;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(20)
class UnixSocketTest {
    private static final Duration LONG = Duration.ofSeconds(10);

    @TempDir
    Path folder;

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment text = arena.allocateFrom("hello");
    private final MemorySegment buffer = arena.allocate(64);
    private final List<Fd> fds = new ArrayList<>();
    private final UnixSocket[] pair = UnixSocket.pair();

    @AfterEach
    void close() {
        fds.forEach(Fd::close);
        pair[0].close();
        pair[1].close();
        arena.close();
    }

    @Test
    void carriesBytesAndDescriptorsOverAListeningSocket() {
        try (UnixListener listener = UnixListener.bind(folder.resolve("s"));
                UnixSocket client = UnixSocket.connect(listener.path());
                UnixSocket server = listener.accept(LONG).orElseThrow();
                MemFd memory = MemFd.create("shared", 1234)) {
            assertThat(client.send(text, memory.fd().value())).isEqualTo(6);
            assertThat(Poll.awaitReadable(server.fd().value(), LONG)).isTrue();
            assertThat(server.receive(buffer, fds, 1)).isEqualTo(6);
            assertThat(buffer.getString(0)).isEqualTo("hello");
            assertThat(fds).hasSize(1);
            assertThat(fds.getFirst().lengthBytes()).isEqualTo(1234);
            assertThat(FdCalls.fcntl(fds.getFirst().value(), posix_h.F_GETFD(), 0) & posix_h.FD_CLOEXEC())
                    .isNotZero();
        }
        assertThat(folder.resolve("s")).doesNotExist();
    }

    @Test
    void doesNotWaitForBytes() {
        assertThat(pair[0].receive(buffer, fds, 0)).isEqualTo(UnixSocket.WOULD_BLOCK);
    }

    @Test
    void doesNotWaitForRoom() {
        MemorySegment much = arena.allocate(1 << 20);
        int sent = 0;
        for (int attempt = 0; attempt < 1000 && sent != UnixSocket.WOULD_BLOCK; attempt++) {
            sent = pair[0].send(much);
        }
        assertThat(sent).isEqualTo(UnixSocket.WOULD_BLOCK);
        assertThat(Poll.awaitWritable(pair[0].fd().value(), Duration.ZERO)).isFalse();
    }

    @Test
    void descriptorsOfTwoMessagesAreNotMixed() {
        try (EventFd event = EventFd.create()) {
            pair[0].send(text, event.fd().value());
            pair[0].send(text, event.fd().value(), event.fd().value());
            assertThat(pair[1].receive(buffer, fds, 8)).isEqualTo(6);
            assertThat(fds).hasSize(1);
            assertThat(pair[1].receive(buffer, fds, 8)).isEqualTo(6);
            assertThat(fds).hasSize(3);
        }
    }

    @Test
    void moreDescriptorsThanExpectedAreRefusedAndNoneStaysOpen() {
        Map<Integer, String> before = OpenFds.now();
        for (int most : new int[] {0, 1, 2}) {
            int event = pair[0].fd().value();
            pair[0].send(text, event, event, event);
            assertThatExceptionOfType(ErrnoException.class)
                    .isThrownBy(() -> pair[1].receive(buffer, fds, most))
                    .withMessageContaining("at most " + most + " descriptors");
        }
        assertThat(fds).isEmpty();
        assertThat(OpenFds.newSince(before)).isEmpty();
    }

    @Test
    void asManyDescriptorsAsTheKernelTakesArrive() {
        int[] many = new int[UnixSocket.MAX_FDS];
        java.util.Arrays.fill(many, pair[0].fd().value());
        pair[0].send(text, many);
        pair[1].receive(buffer, fds, UnixSocket.MAX_FDS);
        assertThat(fds).hasSize(UnixSocket.MAX_FDS);
        assertThatIllegalArgumentException().isThrownBy(() -> pair[0].send(text, new int[UnixSocket.MAX_FDS + 1]));
    }

    @Test
    void theEndIsSeenAfterTheLastByte() {
        pair[0].send(text);
        assertThat(Poll.hungUp(pair[1].fd().value())).isFalse();
        pair[0].close();
        assertThat(Poll.hungUp(pair[1].fd().value())).isTrue();
        assertThat(pair[1].receive(buffer, fds, 0)).isEqualTo(6);
        assertThat(pair[1].receive(buffer, fds, 0)).isEqualTo(UnixSocket.END_OF_STREAM);
    }

    @Test
    void sendingToNobodyIsAnErrorAndNotASignal() {
        pair[1].close();
        assertThatExceptionOfType(ErrnoException.class)
                .isThrownBy(() -> pair[0].send(text))
                .withMessageContaining("EPIPE");
    }

    @Test
    void shuttingDownEndsBothSides() {
        pair[0].shutdown();
        pair[0].shutdown();
        assertThat(pair[0].receive(buffer, fds, 0)).isEqualTo(UnixSocket.END_OF_STREAM);
        assertThat(pair[1].receive(buffer, fds, 0)).isEqualTo(UnixSocket.END_OF_STREAM);
    }

    @Test
    void aBadDescriptorIsReported() {
        assertThatExceptionOfType(ErrnoException.class)
                .isThrownBy(() -> pair[0].send(text, 1_000_000))
                .withMessageContaining("EBADF");
    }

    @Test
    void heapMemoryAndEmptyMemoryAreRefused() {
        MemorySegment heap = MemorySegment.ofArray(new byte[4]);
        assertThatIllegalArgumentException().isThrownBy(() -> pair[0].send(heap));
        assertThatIllegalArgumentException().isThrownBy(() -> pair[0].send(text.asSlice(0, 0)));
        assertThatIllegalArgumentException().isThrownBy(() -> pair[0].receive(heap, fds, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> pair[0].receive(text, fds, -1));
    }

    @Test
    void failedConnectionsSayWhyAndLeakNothing() throws Exception {
        Map<Integer, String> before = OpenFds.now();
        assertThatExceptionOfType(ErrnoException.class)
                .isThrownBy(() -> UnixSocket.connect(folder.resolve("missing")))
                .withMessageContaining("missing")
                .withMessageContaining("ENOENT");
        Path file = Files.createFile(folder.resolve("file"));
        assertThatExceptionOfType(ErrnoException.class)
                .isThrownBy(() -> UnixSocket.connect(file))
                .withMessageContaining("ECONNREFUSED");
        assertThatExceptionOfType(ErrnoException.class)
                .isThrownBy(() -> UnixListener.bind(file))
                .withMessageContaining("EADDRINUSE");
        assertThat(OpenFds.newSince(before)).isEmpty();
    }

    @Test
    void aPathThatIsTooLongIsRefusedWithItsLength() {
        Path exact = folder.resolve(
                "x".repeat(UnixSocket.MAX_PATH_BYTES - folder.toString().length() - 1));
        UnixListener.bind(exact).close();
        Path tooLong = Path.of(exact + "x");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> UnixSocket.connect(tooLong))
                .withMessageContaining("108 bytes long")
                .withMessageContaining("at most 107");
        assertThatIllegalArgumentException().isThrownBy(() -> UnixListener.bind(tooLong));
        assertThatIllegalArgumentException().isThrownBy(() -> UnixSocket.connect(Path.of("")));
    }

    @Test
    void aFullQueueIsWaitedForOnlySoLong() {
        List<UnixSocket> waiting = new ArrayList<>();
        try (UnixListener listener = UnixListener.bind(folder.resolve("busy"))) {
            assertThatExceptionOfType(ErrnoException.class)
                    .isThrownBy(() -> {
                        for (int i = 0; i < 1000; i++) {
                            waiting.add(UnixSocket.connect(listener.path(), Duration.ofMillis(20)));
                        }
                    })
                    .withMessageContaining("EAGAIN");
        } finally {
            waiting.forEach(UnixSocket::close);
        }
    }

    @Test
    void nobodyWaitingIsNotAnError() {
        try (UnixListener listener = UnixListener.bind(folder.resolve("quiet"))) {
            assertThat(listener.accept(Duration.ofMillis(1))).isEmpty();
        }
    }

    @Test
    void aClosedSocketCannotBeUsed() {
        pair[0].close();
        pair[0].close();
        assertThatIllegalStateException().isThrownBy(() -> pair[0].send(text));
        assertThatIllegalStateException().isThrownBy(() -> pair[0].receive(buffer, fds, 0));
    }
}
