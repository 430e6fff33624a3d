package io.vfiouser.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.os.Errno;
import io.vfiouser.os.EventFd;
import io.vfiouser.os.MemFd;
import io.vfiouser.os.OpenFds;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Many connections leave nothing behind, and none that stops in the middle holds the server up. */
class EnduranceTest {
    private static final int READ_WRITE = RawClient.DMA_READABLE | RawClient.DMA_WRITABLE;
    private static final Duration TIMEOUT = Duration.ofMillis(300);

    private static ServerFixture server(QuiesceHandler quiesce) {
        return ServerFixture.start(device -> device.clientTimeout(TIMEOUT)
                .region(
                        RegionIndex.BAR0,
                        RegionSpec.memory(4096).access(new MemoryRegion(4096)).build())
                .interrupts(IrqType.MSIX, 4)
                .dma(new ForgetfulDma())
                .quiesce(quiesce));
    }

    private static ServerFixture server() {
        return server(new Pausing(Quiesce.DONE));
    }

    @Test
    void aThousandConnectionsLeaveNoDescriptorAndNoMapping() throws Exception {
        try (ServerFixture server = server();
                MemFd memory = MemFd.create("guest", 1 << 16);
                EventFd event = EventFd.create()) {
            connection(server, memory, event);
            Awaitility.await().until(() -> !server.context().isAttached());
            Map<Integer, String> before = OpenFds.now();
            for (int i = 0; i < 1000; i++) {
                connection(server, memory, event);
            }
            Awaitility.await()
                    .untilAsserted(() -> assertThat(OpenFds.newSince(before)).isEmpty());
            assertThat(mappings()).isZero();
        }
    }

    private static void connection(ServerFixture server, MemFd memory, EventFd event) {
        try (RawClient client = server.connect()) {
            client.mapDma(0, 1 << 16, memory.fd(), 0, READ_WRITE).ok();
            client.attachIrqs(IrqType.MSIX.index(), 0, event.fd(), event.fd()).ok();
            // Descriptors that nobody asked for, and one that fits no vector.
            int ignored = client.call(RawClient.GET_INFO, RawClient.ints(16, 0, 0, 0), event.fd(), event.fd())
                            .errno()
                    + client.attachIrqs(IrqType.MSIX.index(), 7, event.fd()).errno();
            client.mapDma(1 << 20, 4096, memory.fd(), 0, READ_WRITE).ok();
            client.unmapDma(1 << 20, 4096).ok();
        }
    }

    private static long mappings() throws java.io.IOException {
        try (var lines = java.nio.file.Files.lines(java.nio.file.Path.of("/proc/self/maps"))) {
            return lines.filter(line -> line.contains("memfd:guest")).count();
        }
    }

    @Test
    void aClientThatReadsNoReplyIsDisconnected() {
        try (ServerFixture server = server();
                RawClient client = server.connect()) {
            // More replies than the socket holds.
            for (int i = 0; i < 400; i++) {
                try {
                    client.post(
                            RawClient.REGION_READ,
                            0,
                            RawClient.buffer(16)
                                    .putLong(0)
                                    .putInt(0)
                                    .putInt(4096)
                                    .flip());
                } catch (io.vfiouser.os.ErrnoException broken) {
                    break;
                }
            }
            assertThat(client.awaitDisconnected()).isTrue();
            server.connect().close();
        }
    }

    @Test
    void aHalfClosedConnectionEnds() {
        try (ServerFixture server = server();
                RawClient client = server.connect()) {
            client.endSending();
            assertThat(client.awaitDisconnected()).isTrue();
            server.connect().close();
        }
    }

    @Test
    void aClientThatDiesWhileThePauseIsPendingIsForgottenAfterIt() {
        Pausing quiesce = new Pausing(Quiesce.PENDING);
        try (ServerFixture server = server(quiesce)) {
            try (RawClient client = server.connect()) {
                client.post(RawClient.DMA_MAP, 0, RawClient.dmaMap(0, 4096, 0, READ_WRITE));
                Awaitility.await().until(() -> quiesce.requests.get() > 0);
            }
            while (server.context().isAttached()) {
                // The loss may ask for a pause of its own.
                server.context().signalQuiesced();
                Thread.onSpinWait();
            }
            quiesce.answer = Quiesce.DONE;
            server.connect().close();
        }
    }

    @Test
    void closingDoesNotWaitForTheRestOfAMessage() {
        Duration longest = Duration.ofSeconds(2);
        for (int bytes : new int[] {3, 16, 24}) {
            ServerFixture server = ServerFixture.start(device -> device.clientTimeout(Duration.ofSeconds(15)));
            try (RawClient client = server.connect()) {
                client.sendBytes(RawClient.buffer(bytes)
                        .putShort((short) 1)
                        .put((byte) RawClient.REGION_WRITE)
                        .put(new byte[bytes - 3])
                        .rewind());
                long start = System.nanoTime();
                server.close();
                assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(longest);
            }
        }
    }

    @Test
    void closingEndsAPauseThatNeverComes() {
        ServerFixture server = server(new Pausing(Quiesce.PENDING));
        try (RawClient client = server.connect()) {
            client.post(RawClient.DMA_MAP, 0, RawClient.dmaMap(0, 4096, 0, READ_WRITE));
            long start = System.nanoTime();
            server.close();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(8));
        }
    }

    /** Headers, and whole messages, that are cut where they like to be cut. */
    @Test
    void messagesThatComeTogetherAreServedOneByOne() {
        try (ServerFixture server = server();
                RawClient client = server.connect()) {
            var both = RawClient.buffer(64);
            for (short id = 1; id <= 2; id++) {
                both.putShort(id)
                        .putShort((short) RawClient.REGION_READ)
                        .putInt(32)
                        .putInt(0)
                        .putInt(0)
                        .putLong(id == 1 ? 1 << 20 : 0)
                        .putInt(0)
                        .putInt(4);
            }
            client.sendBytes(both.flip());
            assertThat(client.reply((short) 1).errno()).isEqualTo(Errno.EINVAL);
            assertThat(client.reply((short) 2).errno()).isZero();
        }
    }

    /** Remembers no region. */
    private static final class ForgetfulDma implements DmaListener {
        @Override
        public void registered(DmaRegion region) {}

        @Override
        public void unregistered(DmaRegion region) {}
    }

    private static final class Pausing implements QuiesceHandler {
        private volatile Quiesce answer;
        private final AtomicInteger requests = new AtomicInteger();

        private Pausing(Quiesce answer) {
            this.answer = answer;
        }

        @Override
        public Quiesce quiesce() {
            int ignored = requests.incrementAndGet();
            return answer;
        }

        @Override
        public void resumed() {}
    }
}
