package io.vfiouser.nvme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.vfiouser.abi.AbiLevel;
import io.vfiouser.abi.VfioUserLibrary;
import io.vfiouser.client.PciIrqs;
import io.vfiouser.client.PciRegions;
import io.vfiouser.client.VfioUserClient;
import io.vfiouser.nvme.block.RamBlockDevice;
import io.vfiouser.nvme.spec.ControllerStatus;
import io.vfiouser.nvme.spec.IdentifyCns;
import io.vfiouser.nvme.spec.IdentifyController;
import io.vfiouser.nvme.spec.IdentifyNamespace;
import io.vfiouser.nvme.spec.IoCommand;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.subsystem.NvmSubsystem;
import io.vfiouser.nvme.testing.ClientTransport;
import io.vfiouser.nvme.testing.HostQueue;
import io.vfiouser.nvme.testing.NvmeHost;
import io.vfiouser.nvme.testing.ThreadProcessorTime;
import io.vfiouser.os.EventFd;
import io.vfiouser.os.MemFd;
import io.vfiouser.os.Protection;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A device at its real boundary: the socket, with a client that knows nothing of the controller. */
@Tag("alone")
@Timeout(60)
class NvmeDeviceTest {
    private static final int BLOCK = 512;
    /** The dword of configuration space with the interrupt line in its first byte and the pin in its second. */
    private static final int INTERRUPT_LINE = 0x3C;

    @TempDir
    Path folder;

    private NvmeDevice start(DoorbellMode doorbells, PollMode poll) {
        return NvmeDevice.builder()
                .namespace(RamBlockDevice.ofSize(16 << 20))
                .socket(folder.resolve("s"))
                .doorbells(doorbells)
                .poll(poll)
                .start();
    }

    private static void writeAndReadBack(NvmeHost host, HostQueue queue, int salt) {
        long out = host.allocate(2);
        long in = host.allocate(2);
        MemorySegment pattern = host.slice(out, 8192);
        for (int i = 0; i < 8192; i++) {
            pattern.set(ValueLayout.JAVA_BYTE, i, (byte) (i * 7 + salt));
        }
        queue.execute((sq, at, cid) -> IoCommand.write(sq, at, cid, 1, salt, 16, 0, out, out + 4096))
                .orThrow();
        queue.execute((sq, at, cid) -> IoCommand.read(sq, at, cid, 1, salt, 16, in, in + 4096))
                .orThrow();
        assertThat(host.slice(in, 8192).mismatch(pattern)).isEqualTo(-1);
    }

    @ParameterizedTest
    @CsvSource({"MAPPED, ADAPTIVE", "MAPPED, BUSY", "TRAPPED, ADAPTIVE", "TRAPPED, EVENT"})
    void servesIdentifyAndIoInEveryModeWithInterrupts(DoorbellMode doorbells, PollMode poll) {
        try (NvmeDevice device = start(doorbells, poll);
                ClientTransport transport = new ClientTransport(device.socket());
                EventFd interrupt = EventFd.create()) {
            assertThat(transport.doorbellsAreMapped()).isEqualTo(doorbells == DoorbellMode.MAPPED);
            transport.client().setIrqEventFds(PciIrqs.MSIX, 1, interrupt);
            NvmeHost host = new NvmeHost(transport);
            host.enable();

            IdentifyController controller = new IdentifyController(host.identify(IdentifyCns.CONTROLLER, 0));
            assertThat(controller.namespaceCount()).isEqualTo(NvmSubsystem.MAXIMUM_NAMESPACES);
            IdentifyNamespace namespace = new IdentifyNamespace(host.identify(IdentifyCns.NAMESPACE, 1));
            assertThat(namespace.sizeBlocks()).isEqualTo((16 << 20) / BLOCK);

            HostQueue queue = host.createQueues(1, 64);
            for (int i = 0; i < 100; i++) {
                writeAndReadBack(host, queue, i);
            }
            assertThat(interrupt.await(Duration.ofSeconds(5))).isTrue();
        }
    }

    /** A pin raised by an edge that comes late stays raised: Linux without MSI-X ends in "nobody cared" and I/O timeouts. */
    @Test
    void hasNoInterruptPinThatAnEdgeCouldLeaveRaised() {
        try (NvmeDevice device = start(DoorbellMode.MAPPED, PollMode.ADAPTIVE);
                ClientTransport transport = new ClientTransport(device.socket())) {
            VfioUserClient client = transport.client();
            int lineAndPin = client.readRegion32(PciRegions.CONFIG, INTERRUPT_LINE);
            assertThat(lineAndPin >>> Byte.SIZE & 0xFF).as("interrupt pin").isZero();
            assertThat(client.irqInfo(PciIrqs.INTX).count()).isZero();
            assertThat(client.irqInfo(PciIrqs.MSIX).count()).isPositive();
        }
    }

    @Test
    void aClientThatGoesAwayLeavesAControllerAsAfterPowerOn() {
        try (NvmeDevice device = start(DoorbellMode.MAPPED, PollMode.ADAPTIVE)) {
            for (int round = 0; round < 3; round++) {
                try (ClientTransport transport = new ClientTransport(device.socket())) {
                    NvmeHost host = new NvmeHost(transport);
                    assertThat(host.status()).isZero();
                    host.enable();
                    writeAndReadBack(host, host.createQueues(3, 16), round);
                }
            }
        }
    }

    @Test
    void memoryComesAndGoesDuringIo() {
        try (NvmeDevice device = start(DoorbellMode.MAPPED, PollMode.ADAPTIVE);
                ClientTransport transport = new ClientTransport(device.socket());
                MemFd more = MemFd.create("more", 1 << 20)) {
            NvmeHost host = new NvmeHost(transport);
            host.enable();
            HostQueue queue = host.createQueues(1, 64);
            long elsewhere = 0x8000_0000L;
            for (int i = 0; i < 20; i++) {
                transport.client().mapDma(elsewhere, 1 << 20, more.fd(), 0, Protection.READ_WRITE);
                queue.execute((sq, at, cid) -> IoCommand.read(sq, at, cid, 1, 0, 8, elsewhere, 0))
                        .orThrow();
                writeAndReadBack(host, queue, i);
                transport.client().unmapDma(elsewhere, 1 << 20);
                assertThat(queue.execute((sq, at, cid) -> IoCommand.read(sq, at, cid, 1, 0, 8, elsewhere, 0))
                                .status())
                        .isEqualTo(StatusCode.DATA_TRANSFER_ERROR);
            }
        }
    }

    @Test
    void readOnlyMemoryIsReadButNeverWritten() {
        try (NvmeDevice device = start(DoorbellMode.MAPPED, PollMode.ADAPTIVE);
                ClientTransport transport = new ClientTransport(device.socket());
                MemFd rom = MemFd.create("rom", 1 << 20)) {
            NvmeHost host = new NvmeHost(transport);
            host.enable();
            HostQueue queue = host.createQueues(1, 64);
            long iova = 0x8000_0000L;
            transport.client().mapDma(iova, 1 << 20, rom.fd(), 0, Protection.READ);

            queue.execute((sq, at, cid) -> IoCommand.write(sq, at, cid, 1, 0, 8, 0, iova, 0))
                    .orThrow();
            assertThat(queue.execute((sq, at, cid) -> IoCommand.read(sq, at, cid, 1, 0, 8, iova, 0))
                            .status())
                    .isEqualTo(StatusCode.DATA_TRANSFER_ERROR);
        }
    }

    @Test
    void aGuestThatShrinksItsMemoryGetsAFatalControllerAndTheNextOneIsServed() {
        try (NvmeDevice device = start(DoorbellMode.MAPPED, PollMode.ADAPTIVE)) {
            try (ClientTransport transport = new ClientTransport(device.socket());
                    MemFd shrinking = MemFd.create("shrinking", 1 << 20)) {
                NvmeHost host = new NvmeHost(transport);
                host.enable();
                HostQueue queue = host.createQueues(1, 64);
                long iova = 0x8000_0000L;
                transport.client().mapDma(iova, 1 << 20, shrinking.fd(), 0, Protection.READ_WRITE);
                queue.execute((sq, at, cid) -> IoCommand.read(sq, at, cid, 1, 0, 8, iova, 0))
                        .orThrow();
                shrinking.resize(0);
                queue.submit((sq, at, cid) -> IoCommand.read(sq, at, cid, 1, 0, 8, iova + 8192, 0));
                host.await("CSTS.CFS", () -> ControllerStatus.fatal(host.status()));
            }
            try (ClientTransport transport = new ClientTransport(device.socket())) {
                NvmeHost host = new NvmeHost(transport);
                host.enable();
                writeAndReadBack(host, host.createQueues(1, 16), 1);
            }
        }
    }

    @Test
    void deviceResetDuringIoBringsTheControllerToItsStart() {
        try (NvmeDevice device = start(DoorbellMode.MAPPED, PollMode.ADAPTIVE);
                ClientTransport transport = new ClientTransport(device.socket())) {
            NvmeHost host = new NvmeHost(transport);
            host.enable();
            HostQueue queue = host.createQueues(1, 64);
            for (int i = 0; i < 20; i++) {
                long buffer = host.allocate(1);
                queue.put((sq, at, cid) -> IoCommand.read(sq, at, cid, 1, 0, 8, buffer, 0));
            }
            queue.ring();
            transport.client().reset();

            assertThat(host.status()).isZero();
            host.enable();
            writeAndReadBack(host, host.createQueues(1, 16), 9);
        }
    }

    @Test
    void aDeviceEndsAtOnceAlthoughSomebodyHasConnectedWhoSaysNothing() throws Exception {
        NvmeDevice device = start(DoorbellMode.MAPPED, PollMode.ADAPTIVE);
        try (SocketChannel silent = SocketChannel.open(UnixDomainSocketAddress.of(device.socket()))) {
            assertThat(silent.isConnected()).isTrue();
            await().until(NvmeDeviceTest::negotiates);
            long start = System.nanoTime();
            device.close();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
        }
    }

    private static boolean negotiates() {
        return Thread.getAllStackTraces().values().stream()
                .flatMap(Arrays::stream)
                .anyMatch(frame -> frame.getMethodName().equals("attachCtx"));
    }

    @Test
    void aFolderGetsASocketCalledCntrlAndItGoesWithTheDevice() {
        Path socket = folder.resolve("cntrl");
        try (NvmeDevice device = NvmeDevice.builder()
                .namespace(RamBlockDevice.ofSize(1 << 20))
                .socket(folder)
                .start()) {
            assertThat(device.socket()).isEqualTo(socket);
            assertThat(Files.exists(socket)).isTrue();
        }
        assertThat(Files.exists(socket)).isFalse();
    }

    @Test
    void whatWasSetAsideForItsRegionsOfMemoryIsFreeWhenItIsClosed() {
        VfioUserLibrary library = VfioUserLibrary.load();
        assumeThat(library.level()).isEqualTo(AbiLevel.V0_2B);
        int before = DmaRegionLimit.setAside();
        try (NvmeDevice _ = NvmeDevice.builder()
                .library(library)
                .namespace(RamBlockDevice.ofSize(1 << 20))
                .socket(folder.resolve("s"))
                .dmaRegions(1000)
                .start()) {
            assertThat(DmaRegionLimit.setAside()).isEqualTo(before + 1000);
        }
        assertThat(DmaRegionLimit.setAside()).isEqualTo(before);
    }

    @Test
    void whatContradictsItselfIsRefusedAndTheBackEndIsClosed() {
        RamBlockDevice backEnd = RamBlockDevice.ofSize(1 << 20);
        assertThatThrownBy(() -> NvmeDevice.builder()
                        .namespace(backEnd)
                        .socket(folder.resolve("s"))
                        .poll(PollMode.EVENT)
                        .start())
                .isInstanceOf(NvmeDeviceException.class)
                .hasMessageContaining("adaptive");
        assertThat(backEnd.active()).isFalse();
    }

    @Test
    void anIdleDeviceWithAnEnabledControllerUsesLittleOfAProcessor() {
        try (NvmeDevice device = start(DoorbellMode.MAPPED, PollMode.ADAPTIVE);
                ClientTransport transport = new ClientTransport(device.socket())) {
            NvmeHost host = new NvmeHost(transport);
            host.enable();
            writeAndReadBack(host, host.createQueues(1, 16), 1);
            long settled = System.nanoTime() + 300_000_000L;
            host.await("the device to become idle", () -> System.nanoTime() > settled);
            long before = ThreadProcessorTime.nanos("nvme-");
            long end = System.nanoTime() + 1_000_000_000L;
            host.await("a second", () -> System.nanoTime() > end);
            assertThat(Duration.ofNanos(ThreadProcessorTime.nanos("nvme-") - before))
                    .isLessThan(Duration.ofMillis(150));
        }
    }
}
