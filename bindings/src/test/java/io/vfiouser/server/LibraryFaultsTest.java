package io.vfiouser.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vfiouser.abi.AbiLevel;
import io.vfiouser.os.Errno;
import io.vfiouser.os.EventFd;
import io.vfiouser.os.MemFd;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Faults of the library that a client could reach with one well-formed message; {@link MessageScreen} says which. */
class LibraryFaultsTest {
    private static final int CONFIG = 7;
    private static final int MSI = 5;
    private static final int MSIX = 0x11;
    private static final int GET = 1 << 16;
    private static final int SET = 1 << 17;
    private static final int DEVICE_STATE = 2;
    private static final int LOG_START = 6;
    private static final int LOG_STOP = 7;
    private static final int LOG_REPORT = 8;
    private static final int READ_WRITE = RawClient.DMA_READABLE | RawClient.DMA_WRITABLE;
    private static final long MIB = 1 << 20;

    private static final boolean HAS_MSI = ServerFixture.LIBRARY.level() != AbiLevel.V0_1;

    private ServerFixture server;
    private volatile boolean pauses = true;

    @BeforeEach
    void startADevice() {
        MigrationHandler migration = new MigrationHandler() {
            @Override
            public void transition(MigrationState from, MigrationState to) {}

            @Override
            public long read(java.lang.foreign.MemorySegment into) {
                return 0;
            }

            @Override
            public void write(java.lang.foreign.MemorySegment from) {}
        };
        server = ServerFixture.start(device -> withMsi(device)
                .clientTimeout(Duration.ofMillis(300))
                .pci(PciIdentity.of(1, 2, PciClass.OTHER), PciType.EXPRESS)
                .capability(PciCapability.msiX(8, RegionIndex.BAR4, 0, RegionIndex.BAR5, 0))
                .region(
                        RegionIndex.BAR0,
                        RegionSpec.memory(4096).access(new MemoryRegion(4096)).build())
                .interrupts(IrqType.MSI, 8)
                .interrupts(IrqType.MSIX, 8)
                .dma(new RecordingDma())
                .quiesce(new QuiesceHandler() {
                    @Override
                    public Quiesce quiesce() {
                        if (!pauses) {
                            throw new VfioUserErrno(Errno.EIO, "told not to pause");
                        }
                        return Quiesce.DONE;
                    }

                    @Override
                    public void resumed() {}
                })
                .migration(migration));
    }

    @AfterEach
    void theNextClientIsServed() {
        try (RawClient client = server.connect()) {
            client.regionData(0, 0, 4);
        } finally {
            server.close();
        }
    }

    /** Level 0.1 has no MSI. */
    private static DeviceContextBuilder withMsi(DeviceContextBuilder device) {
        return HAS_MSI ? device.capability(PciCapability.msi(8)) : device;
    }

    private int capability(int id) {
        return server.context().findCapability(false, id).orElseThrow();
    }

    private static byte[] ones(int count) {
        byte[] bytes = new byte[count];
        Arrays.fill(bytes, (byte) -1);
        return bytes;
    }

    private static ByteBuffer configWrite(int offset, byte[] data) {
        return RawClient.buffer(16 + data.length)
                .putLong(offset)
                .putInt(CONFIG)
                .putInt(data.length)
                .put(data)
                .flip();
    }

    /** The library copies what was written into a structure of the capability's length on its stack, whatever the offset. */
    @Test
    void writesAcrossTheEndOfAnInterruptCapabilityDisconnect() {
        int[][] writes = {{MSIX, 10, 12}, {MSIX, 4, 12}, {MSI, 22, 24}, {MSI, 20, 8}};
        if (!HAS_MSI) {
            writes = Arrays.copyOf(writes, 2);
        }
        for (int[] write : writes) {
            try (RawClient client = server.connect()) {
                client.post(RawClient.REGION_WRITE, 0, configWrite(capability(write[0]) + write[1], ones(write[2])));
                assertThat(client.awaitDisconnected()).isTrue();
            }
        }
    }

    @Test
    void writesWithinAnInterruptCapabilityAreServed() {
        try (RawClient client = server.connect()) {
            if (HAS_MSI) {
                client.writeRegion(CONFIG, capability(MSI) + 4, ones(8)).ok();
            }
            client.writeRegion(CONFIG, capability(MSIX) + 2, (byte) 0, (byte) 0x80)
                    .ok();
            assertThat(client.regionData(CONFIG, capability(MSIX), 12).remaining())
                    .isEqualTo(12);
        }
    }

    /** What follows the message in the library's memory would be taken for its missing part. */
    @Test
    void featuresThatAreCutShortDisconnect() {
        assumeTrue(ServerFixture.LIBRARY.level() != AbiLevel.V0_1);
        ByteBuffer[] messages = {
            RawClient.ints(16, SET | DEVICE_STATE),
            RawClient.ints(16, SET | LOG_START, 4096),
            RawClient.ints(64, GET | LOG_REPORT, 0, 0, 4096, 0)
        };
        for (ByteBuffer message : messages) {
            try (RawClient client = server.connect()) {
                client.post(RawClient.DEVICE_FEATURE, 0, message);
                assertThat(client.awaitDisconnected()).isTrue();
            }
        }
    }

    private static ByteBuffer start(long pageBytes) {
        return RawClient.buffer(24)
                .putInt(24)
                .putInt(SET | LOG_START)
                .putLong(pageBytes)
                .putLong(0)
                .flip();
    }

    private static ByteBuffer report(long iova, long lengthBytes, long pageBytes) {
        return RawClient.buffer(32)
                .putInt(-1)
                .putInt(GET | LOG_REPORT)
                .putLong(iova)
                .putLong(lengthBytes)
                .putLong(pageBytes)
                .flip();
    }

    /** The library counts such a report's bits in 8 bits: it never ends, and writes past the report meanwhile. */
    @Test
    void dirtyReportsWithSmallerPagesThanTheLogsDisconnect() {
        assumeTrue(ServerFixture.LIBRARY.level() != AbiLevel.V0_1);
        try (MemFd memory = MemFd.create("guest", 16 * MIB);
                RawClient client = server.connect()) {
            client.mapDma(0, 16 * MIB, memory.fd(), 0, READ_WRITE).ok();
            client.call(RawClient.DEVICE_FEATURE, start(MIB)).ok();
            client.call(RawClient.DEVICE_FEATURE, report(0, 16 * MIB, MIB)).ok();
            // It neither starts again nor stops: the log goes on with its own pages.
            assertThat(client.call(RawClient.DEVICE_FEATURE, start(4096)).errno())
                    .isEqualTo(Errno.EINVAL);
            assertThat(client.call(RawClient.DEVICE_FEATURE, RawClient.ints(0, SET | LOG_STOP))
                            .errno())
                    .isEqualTo(Errno.EINVAL);
            client.post(RawClient.DEVICE_FEATURE, 0, report(0, 16 * MIB, 4096));
            assertThat(client.awaitDisconnected()).isTrue();
        }
    }

    @Test
    void aStopTheDeviceDoesNotPauseForLeavesTheLogItsPages() {
        assumeTrue(ServerFixture.LIBRARY.level() != AbiLevel.V0_1);
        try (MemFd memory = MemFd.create("guest", 16 * MIB);
                RawClient client = server.connect()) {
            client.mapDma(0, 16 * MIB, memory.fd(), 0, READ_WRITE).ok();
            client.call(RawClient.DEVICE_FEATURE, start(MIB)).ok();
            pauses = false;
            assertThat(client.call(RawClient.DEVICE_FEATURE, RawClient.ints(8, SET | LOG_STOP))
                            .errno())
                    .isEqualTo(Errno.EIO);
            pauses = true;
            client.post(RawClient.DEVICE_FEATURE, 0, report(0, 16 * MIB, 4096));
            assertThat(client.awaitDisconnected()).isTrue();
        }
    }

    @Test
    void theLogCanBeStartedAgainWithSmallerPages() {
        assumeTrue(ServerFixture.LIBRARY.level() != AbiLevel.V0_1);
        try (MemFd memory = MemFd.create("guest", 16 * MIB);
                RawClient client = server.connect()) {
            client.mapDma(0, 16 * MIB, memory.fd(), 0, READ_WRITE).ok();
            client.call(RawClient.DEVICE_FEATURE, start(MIB)).ok();
            client.call(RawClient.DEVICE_FEATURE, RawClient.ints(8, SET | LOG_STOP))
                    .ok();
            client.call(RawClient.DEVICE_FEATURE, start(4096)).ok();
            client.call(RawClient.DEVICE_FEATURE, report(0, 16 * MIB, 4096)).ok();
        }
    }

    /** A report is made in memory, all of it: one of a region of 64 TiB takes 2 GiB. */
    @Test
    void dirtyReportsOfHostileLengthDisconnect() {
        assumeTrue(ServerFixture.LIBRARY.level() != AbiLevel.V0_1);
        try (RawClient client = server.connect()) {
            client.post(RawClient.DEVICE_FEATURE, 0, report(0, 1L << 46, 4096));
            assertThat(client.awaitDisconnected()).isTrue();
        }
        try (RawClient client = server.connect()) {
            client.post(RawClient.MIG_DATA_READ, 0, RawClient.ints(-1, 1 << 30));
            assertThat(client.awaitDisconnected()).isTrue();
        }
    }

    /** Level 0.1 closes the descriptor twice when it cannot map it; by then the number may be somebody else's. */
    @Test
    void memoryThatCannotBeMappedClosesNothingElse() {
        try (EventFd event = EventFd.create();
                RawClient client = server.connect()) {
            if (ServerFixture.LIBRARY.level() == AbiLevel.V0_1) {
                client.post(RawClient.DMA_MAP, 0, RawClient.dmaMap(0, 4096, 0, READ_WRITE), event.fd());
                assertThat(client.awaitDisconnected()).isTrue();
            } else {
                assertThat(client.mapDma(0, 4096, event.fd(), 0, READ_WRITE).errno())
                        .isPositive();
            }
        }
    }

    /** Level 0.1 keeps a descriptor each time the very same region is mapped. */
    @Test
    void mappingTheSameRegionAgainLeaksNoDescriptor() {
        try (MemFd memory = MemFd.create("guest", MIB)) {
            for (int i = 0; i < 2; i++) {
                try (RawClient client = server.connect()) {
                    client.mapDma(0, MIB, memory.fd(), 0, READ_WRITE).ok();
                    if (ServerFixture.LIBRARY.level() == AbiLevel.V0_1) {
                        client.post(RawClient.DMA_MAP, 0, RawClient.dmaMap(0, MIB, 0, READ_WRITE), memory.fd());
                        assertThat(client.awaitDisconnected()).isTrue();
                    } else {
                        client.mapDma(0, MIB, memory.fd(), 0, READ_WRITE).ok();
                    }
                }
            }
        }
    }
}
