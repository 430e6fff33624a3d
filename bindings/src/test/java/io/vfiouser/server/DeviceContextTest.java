package io.vfiouser.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class DeviceContextTest {
    private static final PciIdentity IDENTITY =
            new PciIdentity(0x1b36, 0x0010, 0x1af4, 0x1100, 0x5a, PciClass.NVM_EXPRESS);

    @Test
    void aClientReadsAndWritesARegionThroughCallbacks() {
        MemoryRegion bar = new MemoryRegion(4096);
        try (ServerFixture server = ServerFixture.start(device -> device.region(
                        RegionIndex.BAR0, RegionSpec.memory(4096).access(bar).build()));
                RawClient client = server.connect()) {
            client.writeRegion(0, 16, (byte) 1, (byte) 2, (byte) 3, (byte) 4).ok();
            assertThat(bar.bytes().get(17)).isEqualTo((byte) 2);
            assertThat(client.regionData(0, 16, 4).getInt()).isEqualTo(0x04030201);
        }
    }

    @Test
    void configurationSpaceCarriesIdentityClassAndRevision() {
        try (ServerFixture server = ServerFixture.start(device -> device.pci(IDENTITY, PciType.EXPRESS));
                RawClient client = server.connect()) {
            assertThat(client.regionData(RegionIndex.CONFIG.index(), 0, 4).getInt())
                    .isEqualTo(0x00101b36);
            assertThat(client.regionData(RegionIndex.CONFIG.index(), 8, 4).getInt())
                    .isEqualTo(0x0108025a);
            assertThat(client.regionData(RegionIndex.CONFIG.index(), 0x2c, 4).getInt())
                    .isEqualTo(0x11001af4);
            assertThat(server.context().configSpace().byteSize()).isEqualTo(4096);
        }
    }

    @Test
    void aLostClientResetsTheDeviceAndTheNextOneIsServed() {
        List<ResetReason> resets = new CopyOnWriteArrayList<>();
        try (ServerFixture server = ServerFixture.start(device -> device.reset(resets::add))) {
            for (int i = 1; i <= 5; i++) {
                try (RawClient client = server.connect()) {
                    client.reset().ok();
                }
                int lost = i;
                Awaitility.await()
                        .until(() -> resets.stream()
                                        .filter(ResetReason.LOST_CONNECTION::equals)
                                        .count()
                                == lost);
            }
            assertThat(resets).filteredOn(ResetReason.DEVICE::equals).hasSize(5);
        }
    }

    @Test
    void aSocketInAFolderThatIsNotThereIsRefusedByName() throws Exception {
        Path folder = ServerFixture.temporaryFolder();
        Path missing = folder.resolve("missing");
        assertThatThrownBy(() -> build(missing.resolve("s")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("there is no folder " + missing)
                .hasMessageContaining("create it");
        Files.delete(folder);
    }

    @Test
    void aStaleSocketIsReplacedAndALiveOneRefused() throws Exception {
        Path folder = ServerFixture.temporaryFolder();
        Path socket = folder.resolve("s");
        try (java.nio.channels.ServerSocketChannel stale =
                java.nio.channels.ServerSocketChannel.open(java.net.StandardProtocolFamily.UNIX)) {
            stale.bind(java.net.UnixDomainSocketAddress.of(socket));
            assertThatThrownBy(() -> build(socket))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("another server listens on");
        }
        assertThat(socket).exists();
        try (DeviceContext context = build(socket)) {
            assertThat(context.attach()).isFalse();
            assertThatThrownBy(() -> build(socket)).isInstanceOf(IllegalStateException.class);
        }
        assertThat(socket).doesNotExist();
        Files.writeString(socket, "not a socket");
        assertThatThrownBy(() -> build(socket)).hasMessageContaining("no socket");
        Files.delete(socket);
        Files.delete(folder);
    }

    private static DeviceContext build(Path socket) {
        return DeviceContext.builder(socket).library(ServerFixture.LIBRARY).build();
    }

    @Test
    void closingIsIdempotentAndEndsEverything() {
        ServerFixture server = ServerFixture.start(device -> device.interrupts(IrqType.MSIX, 4));
        RawClient client = server.connect();
        MemorySegment config = server.context().configSpace();
        server.close();
        server.close();
        server.context().close();
        server.context().interrupts().raise(0);
        server.context().signalQuiesced();
        assertThat(client.awaitDisconnected()).isTrue();
        assertThat(config.scope().isAlive()).isFalse();
        client.close();
    }
}
