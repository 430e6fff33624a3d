package io.vfiouser.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vfiouser.os.MemFd;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class QuiesceTest {
    private static final long IOVA = 0x10_0000;
    private static final int RW = RawClient.DMA_READABLE | RawClient.DMA_WRITABLE;

    /** Answers what it is told to and writes down what happens, in order with the other callbacks. */
    private static final class Recorder implements QuiesceHandler, DmaListener, ResetHandler {
        private final List<String> events = new CopyOnWriteArrayList<>();
        private volatile Quiesce answer = Quiesce.DONE;

        @Override
        public Quiesce quiesce() {
            events.add("quiesce");
            return answer;
        }

        @Override
        public void resumed() {
            events.add("resumed");
        }

        @Override
        public void registered(DmaRegion region) {
            events.add("registered");
        }

        @Override
        public void unregistered(DmaRegion region) {
            events.add("unregistered");
        }

        @Override
        public void reset(ResetReason reason) {
            events.add("reset " + reason);
        }
    }

    private static ServerFixture start(Recorder recorder) {
        return ServerFixture.start(device -> device.quiesce(recorder)
                .dma(recorder)
                .reset(recorder)
                .pci(PciIdentity.of(1, 2, PciClass.OTHER), PciType.EXPRESS)
                .capability(PciCapability.express()));
    }

    @Test
    void anImmediatePauseSurroundsWhatItIsFor() {
        Recorder recorder = new Recorder();
        try (ServerFixture server = start(recorder);
                RawClient client = server.connect();
                MemFd memory = MemFd.create("guest", 4096)) {
            client.mapDma(IOVA, 4096, memory.fd(), 0, RW).ok();
            client.unmapDma(IOVA, 4096).ok();
            client.reset().ok();
            client.reset().ok();
            assertThat(recorder.events)
                    .startsWith(
                            "quiesce",
                            "registered",
                            "resumed",
                            "quiesce",
                            "unregistered",
                            "resumed",
                            "quiesce",
                            "reset DEVICE",
                            "resumed");
        }
        assertThat(recorder.events).containsSubsequence("reset DEVICE", "quiesce", "reset LOST_CONNECTION");
    }

    @Test
    void aFunctionLevelResetPausesToo() {
        Recorder recorder = new Recorder();
        try (ServerFixture server = start(recorder);
                RawClient client = server.connect()) {
            int express = server.onContext(context -> context.findCapability(false, PciExpressCapability.CAPABILITY_ID))
                    .orElseThrow();
            client.writeRegion(RegionIndex.CONFIG.index(), express + 8L, (byte) 0, (byte) 0x80)
                    .ok();
            assertThat(recorder.events).startsWith("quiesce", "reset PCI_FLR");
        }
    }

    @Test
    void aPendingPauseHoldsTheRequestUntilAnotherThreadSignals() {
        Recorder recorder = new Recorder();
        recorder.answer = Quiesce.PENDING;
        try (ServerFixture server = start(recorder);
                RawClient client = server.connect();
                MemFd memory = MemFd.create("guest", 4096)) {
            short id = client.post(RawClient.DMA_MAP, 0, RawClient.dmaMap(IOVA, 4096, 0, RW), memory.fd());
            Awaitility.await().until(() -> recorder.events.contains("quiesce"));
            assertThat(server.onContext(DeviceContext::isQuiescePending)).isTrue();
            assertThat(recorder.events).containsExactly("quiesce");
            server.context().signalQuiesced();
            client.reply(id).ok();
            Awaitility.await().until(() -> recorder.events.contains("resumed"));
            assertThat(recorder.events).containsExactly("quiesce", "registered", "resumed");
            recorder.answer = Quiesce.DONE;
            client.unmapDma(IOVA, 4096).ok();
        }
    }

    @Test
    void aSignalThatComesBeforeTheAnswerCounts() {
        AtomicReference<DeviceContext> context = new AtomicReference<>();
        Recorder recorder = new Recorder();
        QuiesceHandler eager = new QuiesceHandler() {
            @Override
            public Quiesce quiesce() {
                context.get().signalQuiesced();
                return Quiesce.PENDING;
            }

            @Override
            public void resumed() {
                recorder.resumed();
            }
        };
        try (ServerFixture server =
                ServerFixture.start(device -> device.quiesce(eager).reset(recorder))) {
            context.set(server.context());
            try (RawClient client = server.connect()) {
                client.reset().ok();
                client.reset().ok();
                assertThat(recorder.events).startsWith("reset DEVICE", "resumed", "reset DEVICE");
            }
        }
    }

    @Test
    void aFailedPauseEndsTheConnectionAndTheNextClientIsServed() {
        Recorder recorder = new Recorder();
        recorder.answer = Quiesce.PENDING;
        try (ServerFixture server = start(recorder)) {
            try (RawClient client = server.connect()) {
                client.post(RawClient.DEVICE_RESET, 0, RawClient.buffer(0));
                Awaitility.await().until(() -> recorder.events.contains("quiesce"));
                recorder.answer = Quiesce.DONE;
                server.runOnContext(context -> {
                    RunResult ignored = context.quiesceFailed(5);
                });
                assertThat(client.awaitDisconnected()).isTrue();
            }
            try (RawClient next = server.connect()) {
                next.reset().ok();
            }
            assertThat(recorder.events).startsWith("quiesce", "resumed", "quiesce", "reset LOST_CONNECTION", "resumed");
        }
    }

    @Test
    void aClientThatIsLostWhileAPauseIsPendingIsCleanedUpAfterIt() {
        Recorder recorder = new Recorder();
        recorder.answer = Quiesce.PENDING;
        try (ServerFixture server = start(recorder)) {
            try (RawClient client = server.connect()) {
                client.post(RawClient.DEVICE_RESET, 0, RawClient.buffer(0));
                Awaitility.await().until(() -> recorder.events.contains("quiesce"));
            }
            recorder.answer = Quiesce.DONE;
            server.context().signalQuiesced();
            try (RawClient next = server.connect()) {
                next.reset().ok();
            }
            assertThat(recorder.events).contains("reset DEVICE", "reset LOST_CONNECTION");
        }
    }

    @Test
    void aPauseForALostClientMayBePendingToo() {
        Recorder recorder = new Recorder();
        try (ServerFixture server = start(recorder)) {
            try (RawClient client = server.connect()) {
                client.reset().ok();
                recorder.answer = Quiesce.PENDING;
            }
            Awaitility.await().until(() -> server.onContext(DeviceContext::isQuiescePending));
            recorder.answer = Quiesce.DONE;
            server.context().signalQuiesced();
            try (RawClient next = server.connect()) {
                next.reset().ok();
            }
        }
    }

    @Test
    void aDeviceThatCannotPauseForALostClientIsResetAllTheSame() {
        Recorder recorder = new Recorder();
        QuiesceHandler failing = new QuiesceHandler() {
            @Override
            public Quiesce quiesce() {
                throw new IllegalStateException("thrown on purpose");
            }

            @Override
            public void resumed() {}
        };
        try (ServerFixture server =
                ServerFixture.start(device -> device.quiesce(failing).reset(recorder))) {
            server.connect().close();
            Awaitility.await().until(() -> recorder.events.contains("reset LOST_CONNECTION"));
            server.connect().close();
        }
    }

    @Test
    void closingWaitsForAPendingPause() throws InterruptedException {
        Recorder recorder = new Recorder();
        recorder.answer = Quiesce.PENDING;
        ServerFixture server = start(recorder);
        RawClient client = server.connect();
        client.post(RawClient.DEVICE_RESET, 0, RawClient.buffer(0));
        Awaitility.await().until(() -> recorder.events.contains("quiesce"));
        recorder.answer = Quiesce.DONE;
        Thread closer = new Thread(server::close);
        closer.start();
        server.context().signalQuiesced();
        closer.join();
        assertThat(recorder.events).contains("reset LOST_CONNECTION");
        client.close();
    }

    @Test
    void completingAPauseNobodyAskedForIsAnError() {
        try (ServerFixture server = start(new Recorder())) {
            server.runOnContext(context -> {
                assertThatThrownBy(context::quiesced).isInstanceOf(IllegalStateException.class);
                assertThatThrownBy(() -> context.quiesceFailed(5)).isInstanceOf(IllegalStateException.class);
                assertThatThrownBy(() -> context.quiesceFailed(0)).isInstanceOf(IllegalArgumentException.class);
            });
        }
    }

    @Test
    void guestMemoryByMessageIsRefusedWhileTheLibraryWouldAbort() {
        Recorder recorder = new Recorder();
        try (ServerFixture server = start(recorder);
                RawClient client = server.connect()) {
            client.mapDma(IOVA, 4096, RW).ok();
            recorder.answer = Quiesce.PENDING;
            short id = client.post(RawClient.DEVICE_RESET, 0, RawClient.buffer(0));
            Awaitility.await().until(() -> server.onContext(DeviceContext::isQuiescePending));
            assertThatThrownBy(() ->
                            server.runOnContext(context -> context.readGuest(IOVA, MemorySegment.ofArray(new byte[4]))))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("pending");
            recorder.answer = Quiesce.DONE;
            server.context().signalQuiesced();
            client.reply(id).ok();
        }
    }
}
