package io.vfiouser.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.vfiouser.os.Errno;
import io.vfiouser.os.EventFd;
import io.vfiouser.os.Mapping;
import io.vfiouser.os.MemFd;
import io.vfiouser.os.OpenFds;
import io.vfiouser.os.Protection;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against the sample servers of libvfio-user, which this project did not write. */
@Timeout(60)
class SampleServersTest {
    private static final int PAGE = 4096;
    private static final int BAR1_BYTES = 0x3000;

    @TempDir
    Path folder;

    @Test
    void negotiatesWithTheSampleServer() {
        try (SampleServer server = SampleServer.start(folder, "server");
                VfioUserClient client = server.connect()) {
            ServerCapabilities said = client.capabilities();
            assertThat(said.major()).isZero();
            assertThat(said.minor()).isBetween(1, 2);
            assertThat(said.maxMessageFds()).isEqualTo(8);
            assertThat(said.maxDataTransferBytes()).isEqualTo(1 << 20);
            assertThat(said.migrationPageBytes()).isEqualTo(PAGE);
            assertThat(said.twinSocket()).isEqualTo(said.minor() >= 2);
        }
    }

    @Test
    void describesTheSampleServersDevice() {
        try (SampleServer server = SampleServer.start(folder, "server");
                VfioUserClient client = server.connect()) {
            DeviceInfo device = client.deviceInfo();
            boolean old = client.capabilities().minor() < 2;
            assertThat(device).isEqualTo(new DeviceInfo(true, true, old ? 10 : 9, 5));

            assertThat(client.regionInfo(PciRegions.BAR0).lengthBytes()).isEqualTo(8);
            assertThat(client.regionInfo(PciRegions.BAR0).areas()).isEmpty();
            RegionInfo bar1 = client.regionInfo(PciRegions.BAR1);
            assertThat(bar1.lengthBytes()).isEqualTo(BAR1_BYTES);
            assertThat(bar1.protection()).isEqualTo(Protection.READ_WRITE);
            assertThat(bar1.areas()).containsExactly(new SparseArea(0, PAGE), new SparseArea(2 * PAGE, PAGE));
            assertThat(client.regionInfo(PciRegions.BAR2).lengthBytes()).isZero();
            assertThat(client.regionInfo(PciRegions.CONFIG).lengthBytes()).isEqualTo(256);

            assertThat(client.irqInfo(PciIrqs.INTX)).isEqualTo(new IrqInfo(0, 1, true, false, false, false));
            assertThat(client.irqInfo(PciIrqs.MSIX).count()).isZero();
            assertThat(client.readRegion32(PciRegions.CONFIG, 0)).isEqualTo(0xbeefdead);
        }
    }

    @Test
    void readsAndWritesRegionsByMessagesAndByMappings() {
        try (SampleServer server = SampleServer.start(folder, "server");
                VfioUserClient client = server.connect();
                Arena arena = Arena.ofConfined()) {
            MemorySegment written = arena.allocate(BAR1_BYTES);
            for (int i = 0; i < BAR1_BYTES; i++) {
                written.set(ValueLayout.JAVA_BYTE, i, (byte) ((i * 31) >> 3));
            }
            client.writeRegion(PciRegions.BAR1, 0, written);
            MemorySegment read = arena.allocate(BAR1_BYTES);
            client.readRegion(PciRegions.BAR1, 0, read);
            assertThat(read.mismatch(written)).isEqualTo(-1);

            SparseArea last = client.regionInfo(PciRegions.BAR1).areas().get(1);
            try (Mapping mapping = client.mapRegion(PciRegions.BAR1, last)) {
                assertThat(mapping.segment().mismatch(written.asSlice(last.offset(), last.lengthBytes())))
                        .isEqualTo(-1);
                mapping.segment().fill((byte) 0x5a);
            }
            client.readRegion(PciRegions.BAR1, 0, read);
            assertThat(read.get(ValueLayout.JAVA_BYTE, BAR1_BYTES - 1)).isEqualTo((byte) 0x5a);
        }
    }

    @Test
    void splitsAccessesByTheTransferLimit() {
        ClientOptions small = ClientOptions.defaults().withMaxDataTransferBytes(100);
        try (SampleServer server = SampleServer.start(folder, "gpio-pci-idio-16");
                VfioUserClient client = server.connect(small);
                Arena arena = Arena.ofConfined()) {
            assertThat(client.capabilities().maxDataTransferBytes()).isEqualTo(100);
            MemorySegment config = arena.allocate(256);
            client.readRegion(PciRegions.CONFIG, 0, config);
            assertThat(config.get(ValueLayout.JAVA_INT, 0)).isEqualTo(0x0dc8494f);
        }
    }

    @Test
    void aRefusedAccessCarriesTheServersErrnoAndLeavesTheConnectionUsable() {
        try (SampleServer server = SampleServer.start(folder, "server");
                VfioUserClient client = server.connect()) {
            assertThatExceptionOfType(VfioUserErrorReply.class)
                    .isThrownBy(() -> client.readRegion32(0xdeadbeef, 0))
                    .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.EINVAL))
                    .withMessage("the server refused REGION_READ: EINVAL (Invalid argument)");
            assertThatExceptionOfType(VfioUserErrorReply.class)
                    .isThrownBy(() -> client.readRegion32(PciRegions.BAR0, 0));
            assertThatExceptionOfType(VfioUserErrorReply.class).isThrownBy(() -> client.regionInfo(77));
            assertThatExceptionOfType(VfioUserErrorReply.class).isThrownBy(() -> client.irqInfo(77));
            assertThat(client.readRegion32(PciRegions.CONFIG, 0)).isEqualTo(0xbeefdead);
            assertThat(client.connected()).isTrue();
        }
    }

    @Test
    void postedWritesAreCarriedOutInOrderWithoutAReply() {
        try (SampleServer server = SampleServer.start(folder, "server");
                VfioUserClient client = server.connect()) {
            for (int i = 0; i < 500; i++) {
                client.postWriteRegion64(PciRegions.BAR1, 0, i);
            }
            assertThat(client.readRegion64(PciRegions.BAR1, 0)).isEqualTo(499);
            // Refused, and nobody is told.
            client.postWriteRegion32(PciRegions.BAR0, 0, 1);
            assertThat(client.readRegion64(PciRegions.BAR1, 0)).isEqualTo(499);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anInterruptArrivesAndTheServersMessagesForMemoryAreAnswered(boolean twinSocket) {
        ClientOptions options = ClientOptions.defaults().withTwinSocket(twinSocket);
        try (SampleServer server = SampleServer.start(folder, "server");
                VfioUserClient client = server.connect(options);
                EventFd interrupt = EventFd.create();
                MemFd memory = MemFd.create("guest", 2 * PAGE);
                Mapping mapping = memory.map(Protection.READ_WRITE)) {
            boolean old = client.capabilities().minor() < 2;
            assertThat(client.capabilities().twinSocket()).isEqualTo(twinSocket && !old);
            // The first region is used by messages, the second, from 0.2 on, directly.
            client.mapDma(0, PAGE, memory.fd(), 0, Protection.READ_WRITE);
            client.mapDma(PAGE, PAGE, memory.fd(), PAGE, Protection.READ_WRITE);
            client.setIrqEventFds(PciIrqs.INTX, 0, interrupt);

            client.writeRegion64(PciRegions.BAR0, 0, Instant.now().getEpochSecond() + 1);
            assertThat(interrupt.await(Duration.ofSeconds(10))).isTrue();
            assertThat(interrupt.drain()).isEqualTo(1);
            assertServed(client, old ? 2 : 6);
            assertThat(mapping.segment().get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 'A');
            assertThat(mapping.segment().get(ValueLayout.JAVA_BYTE, PAGE - 1)).isEqualTo((byte) (old ? 'A' : 'D'));
            if (!old) {
                assertThat(mapping.segment().get(ValueLayout.JAVA_BYTE, 2 * PAGE - 1))
                        .isEqualTo((byte) 'D');
            }
            client.unmapDma(0, PAGE);
            client.unmapDma(PAGE, PAGE);
            assertThat(client.readRegion32(PciRegions.CONFIG, 0)).isEqualTo(0xbeefdead);
        }
    }

    @Test
    void allMemoryIsTakenBackAtOnceAndOneDescriptorWasEnoughForIt() throws IOException {
        try (SampleServer server = SampleServer.start(folder, "server");
                VfioUserClient client = server.connect();
                MemFd memory = MemFd.create("pieces", 10 * PAGE)) {
            for (int i = 0; i < 10; i++) {
                client.mapDma(2L * i * PAGE, PAGE, memory.fd(), (long) i * PAGE, Protection.READ_WRITE);
            }
            assertThat(descriptorsOf("pieces")).isEqualTo(2);
            client.unmapAllDma();
            assertThat(descriptorsOf("pieces")).isEqualTo(1);
            // None is there any more, so that one over all of them can be.
            client.mapDma(0, 10 * PAGE, memory.fd(), 0, Protection.READ_WRITE);
            client.unmapDma(0, 10 * PAGE);
            assertThat(descriptorsOf("pieces")).isEqualTo(1);
        }
    }

    private static long descriptorsOf(String memory) throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            return all.filter(each -> leadsTo(each, memory)).count();
        }
    }

    private static boolean leadsTo(Path descriptor, String memory) {
        try {
            return Files.readSymbolicLink(descriptor).toString().contains("memfd:" + memory);
        } catch (IOException closed) {
            return false;
        }
    }

    @Test
    void memoryWithoutADescriptorIsServedByMessages() {
        try (SampleServer server = SampleServer.start(folder, "server");
                VfioUserClient client = server.connect();
                EventFd interrupt = EventFd.create();
                MemFd direct = MemFd.create("guest", PAGE);
                Arena arena = Arena.ofConfined()) {
            boolean old = client.capabilities().minor() < 2;
            MemorySegment memory = arena.allocate(PAGE);
            client.mapDma(0x10000, memory, Protection.READ_WRITE);
            client.mapDma(0x20000, PAGE, direct.fd(), 0, Protection.READ_WRITE);
            client.setIrqEventFds(PciIrqs.INTX, 0, interrupt);
            client.writeRegion64(PciRegions.BAR0, 0, Instant.now().getEpochSecond() + 1);
            assertThat(interrupt.await(Duration.ofSeconds(10))).isTrue();
            assertServed(client, old ? 2 : 6);
            assertThat(memory.get(ValueLayout.JAVA_BYTE, PAGE - 1)).isEqualTo((byte) (old ? 'A' : 'D'));
            client.unmapDma(0x10000, PAGE);
        }
    }

    private static void assertServed(VfioUserClient client, int expected) {
        int served = 0;
        while (served < expected) {
            int now = client.serve(Duration.ofSeconds(10));
            assertThat(now).isPositive();
            served += now;
        }
        assertThat(served).isEqualTo(expected);
    }

    @Test
    void interruptsAreTriggeredByTheClientAndTakenAway() {
        try (SampleServer server = SampleServer.start(folder, "gpio-pci-idio-16");
                VfioUserClient client = server.connect();
                EventFd interrupt = EventFd.create()) {
            client.setIrqEventFds(PciIrqs.INTX, 0, interrupt);
            client.triggerIrqs(PciIrqs.INTX, 0, 1);
            assertThat(interrupt.drain()).isEqualTo(1);
            client.changeIrqs(PciIrqs.INTX, IrqAction.TRIGGER, 0, true);
            assertThat(interrupt.drain()).isEqualTo(1);
            client.changeIrqs(PciIrqs.INTX, IrqAction.TRIGGER, 0, false);
            assertThat(interrupt.drain()).isZero();
            client.maskIrqs(PciIrqs.INTX, 0, 1);
            client.unmaskIrqs(PciIrqs.INTX, 0, 1);
            client.clearIrqEventFds(PciIrqs.INTX, 0, 1);
            client.triggerIrqs(PciIrqs.INTX, 0, 1);
            assertThat(interrupt.drain()).isZero();
            client.setIrqEventFds(PciIrqs.INTX, 0, interrupt);
            client.disableIrqs(PciIrqs.INTX);
            client.triggerIrqs(PciIrqs.INTX, 0, 1);
            assertThat(interrupt.drain()).isZero();
        }
    }

    @Test
    void resetsTheDevice() {
        try (SampleServer server = SampleServer.start(folder, "server");
                VfioUserClient client = server.connect()) {
            client.reset();
            assertThat(client.readRegion32(PciRegions.CONFIG, 0)).isEqualTo(0xbeefdead);
        }
    }

    @Test
    void aRegionWithoutDescriptorsForItsAccessesHasNone() {
        try (SampleServer server = SampleServer.start(folder, "gpio-pci-idio-16");
                VfioUserClient client = server.connect()) {
            assertThat(client.regionIoFds(PciRegions.BAR2)).isEmpty();
        }
    }

    /** Up to 0.2a every third read of the first byte counts up; since 0.2b written bits come back inverted beside it. */
    @Test
    void theGpioSampleKeepsItsPinsAndServesTheNextClient() {
        try (SampleServer server = SampleServer.start(folder, "gpio-pci-idio-16")) {
            try (VfioUserClient client = server.connect()) {
                client.writeRegion(PciRegions.BAR2, 0, bytes((byte) 5));
            }
            for (int connection = 1; connection < 4; connection++) {
                try (VfioUserClient client = server.connect()) {
                    boolean inverts = readByte(client, 1) != 0;
                    if (inverts) {
                        assertThat(readByte(client, 1)).isEqualTo((byte) 0xfa);
                    } else {
                        byte first = readByte(client, 0);
                        readByte(client, 0);
                        readByte(client, 0);
                        assertThat(readByte(client, 0)).isEqualTo((byte) (first + 1));
                    }
                }
            }
        }
    }

    private static byte readByte(VfioUserClient client, long offset) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment one = arena.allocate(1);
            client.readRegion(PciRegions.BAR2, offset, one);
            return one.get(ValueLayout.JAVA_BYTE, 0);
        }
    }

    private static MemorySegment bytes(byte... values) {
        return MemorySegment.ofArray(values);
    }

    @Test
    void theNullSampleIsADeviceWithNothing() {
        try (SampleServer server = SampleServer.start(folder, "null");
                VfioUserClient client = server.connect()) {
            assertThat(client.deviceInfo().pci()).isTrue();
            for (int region = 0; region < PciRegions.CONFIG; region++) {
                assertThat(client.regionInfo(region).lengthBytes()).isZero();
            }
            assertThat(client.capabilities().migrationPageBytes()).isZero();
            try (MemFd memory = MemFd.create("guest", PAGE)) {
                // A device without DMA takes no notice.
                client.mapDma(0, PAGE, memory.fd(), 0, Protection.READ);
                client.unmapDma(0, PAGE);
            }
        }
    }

    @Test
    void theLspciSampleRunsAndPrintsItsConfigSpace() throws Exception {
        Process process = new ProcessBuilder(SampleServer.program("lspci").toString()).start();
        String printed = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(printed).startsWith("00:00.0 bogus PCI device").containsPattern("61\\s+(..:\\s)?62\\s+(..:\\s)?63");
    }

    @Test
    void theServersDeathIsNoticedWithoutAskingAndByAsking() {
        try (SampleServer server = SampleServer.start(folder, "server");
                VfioUserClient client = server.connect()) {
            assertThat(client.connected()).isTrue();
            assertThat(client.awaitDisconnect(Duration.ZERO)).isFalse();
            server.kill();
            assertThat(client.awaitDisconnect(Duration.ofSeconds(10))).isTrue();
            assertThat(client.connected()).isFalse();
            assertThatExceptionOfType(VfioUserDisconnectedException.class).isThrownBy(client::deviceInfo);
            assertThatExceptionOfType(VfioUserDisconnectedException.class)
                    .isThrownBy(client::deviceInfo)
                    .withMessageContaining("was closed");
        }
    }

    @Test
    void aServerKilledAtAnyMomentIsReportedWithinASecond() throws Exception {
        Random random = new Random(42);
        for (int round = 0; round < 20; round++) {
            try (SampleServer server = SampleServer.start(folder, "gpio-pci-idio-16");
                    VfioUserClient client = server.connect()) {
                int requests = random.nextInt(2000);
                AtomicLong killed = new AtomicLong();
                CountDownLatch enough = new CountDownLatch(requests);
                Thread killer = Thread.ofPlatform().start(() -> {
                    try {
                        enough.await();
                    } catch (InterruptedException e) {
                        return;
                    }
                    killed.set(System.nanoTime());
                    server.kill();
                });
                assertThatExceptionOfType(VfioUserDisconnectedException.class).isThrownBy(() -> {
                    for (int i = 0; i < 10_000_000; i++) {
                        client.readRegion32(PciRegions.CONFIG, 0);
                        enough.countDown();
                    }
                });
                assertThat(Duration.ofNanos(System.nanoTime() - killed.get())).isLessThan(Duration.ofSeconds(1));
                killer.join();
            }
        }
    }

    @Test
    void aClosedClientSaysSo() {
        try (SampleServer server = SampleServer.start(folder, "gpio-pci-idio-16")) {
            VfioUserClient client = server.connect();
            client.close();
            client.close();
            assertThat(client.connected()).isFalse();
            assertThatExceptionOfType(VfioUserDisconnectedException.class)
                    .isThrownBy(() -> client.writeRegion32(PciRegions.CONFIG, 0, 0))
                    .withMessageContaining("by this side");
            assertThatExceptionOfType(VfioUserDisconnectedException.class).isThrownBy(client::reset);
        }
    }

    @Test
    void aServerThatIsBusyWithAnotherClientIsNotWaitedForLong() {
        try (SampleServer server = SampleServer.start(folder, "gpio-pci-idio-16");
                VfioUserClient first = server.connect()) {
            ClientOptions impatient = ClientOptions.defaults().withTimeout(Duration.ofMillis(100));
            assertThatExceptionOfType(VfioUserTimeoutException.class)
                    .isThrownBy(() -> VfioUserClient.connect(server.socket(), impatient))
                    .withMessageContaining("busy with another client");
            assertThat(first.connected()).isTrue();
        }
    }

    @Test
    void nothingStaysOpenAfterwards() {
        Map<Integer, String> before = OpenFds.now();
        try (SampleServer server = SampleServer.start(folder, "server");
                VfioUserClient client = server.connect();
                MemFd memory = MemFd.create("guest", PAGE)) {
            client.regionInfo(PciRegions.BAR1);
            client.mapDma(0, PAGE, memory.fd(), 0, Protection.READ_WRITE);
        }
        assertThat(OpenFds.newSince(before)).isEmpty();
    }
}
