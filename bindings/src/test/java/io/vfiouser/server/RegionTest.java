package io.vfiouser.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vfiouser.abi.AbiLevel;
import io.vfiouser.os.Errno;
import io.vfiouser.os.ErrnoException;
import io.vfiouser.os.EventFd;
import io.vfiouser.os.Fd;
import io.vfiouser.os.Mapping;
import io.vfiouser.os.MemFd;
import io.vfiouser.os.Protection;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Regions, configuration space, capabilities and ioeventfds, as a client sees them. */
class RegionTest {
    private static final int CONFIG = RegionIndex.CONFIG.index();
    private static final int FLAG_READ = 1;
    private static final int FLAG_WRITE = 2;
    private static final int FLAG_MMAP = 4;
    private static final int FLAG_CAPS = 8;

    private static RawClient.Reply info(RawClient client, int region) {
        ByteBuffer request = RawClient.buffer(32)
                .putInt(1024)
                .putInt(0)
                .putInt(region)
                .putInt(0)
                .putLong(0)
                .putLong(0)
                .flip();
        return client.call(RawClient.GET_REGION_INFO, request);
    }

    private static DeviceContextBuilder express(DeviceContextBuilder device) {
        return device.pci(PciIdentity.of(0x1234, 0x5678, PciClass.OTHER), PciType.EXPRESS);
    }

    @Test
    void aSparseAreaCanBeMappedAndTheRestGoesThroughTheCallback() {
        MemoryRegion registers = new MemoryRegion(0x4000);
        try (MemFd file = MemFd.create("bar0", 0x4000);
                Mapping own = file.map(Protection.READ_WRITE);
                ServerFixture server = ServerFixture.start(device -> device.region(
                        RegionIndex.BAR0,
                        RegionSpec.memory(0x4000)
                                .access(registers)
                                .mappable(file.fd(), 0, new SparseArea(0x1000, 0x1000), new SparseArea(0x3000, 0x1000))
                                .build()));
                RawClient client = server.connect()) {
            RawClient.Reply reply = info(client, 0).ok();
            ByteBuffer info = reply.payload();
            assertThat(info.getInt(4)).isEqualTo(FLAG_READ | FLAG_WRITE | FLAG_MMAP | FLAG_CAPS);
            assertThat(info.getLong(16)).isEqualTo(0x4000);
            int capability = info.getInt(12);
            assertThat(info.getInt(capability + 8)).isEqualTo(2);
            assertThat(info.getLong(capability + 16)).isEqualTo(0x1000);
            assertThat(info.getLong(capability + 24)).isEqualTo(0x1000);
            assertThat(info.getLong(capability + 32)).isEqualTo(0x3000);
            assertThat(reply.fds()).isNotEmpty();
            try (Mapping theirs = Mapping.map(reply.fds().getFirst(), 0x1000, 0x1000, Protection.READ_WRITE)) {
                theirs.segment().set(ValueLayout.JAVA_INT, 8, 77);
                assertThat(own.segment().get(ValueLayout.JAVA_INT, 0x1008)).isEqualTo(77);
            }
            reply.fds().forEach(Fd::close);
            client.writeRegion(0, 0x20, (byte) 9).ok();
            assertThat(registers.bytes().get(0x20)).isEqualTo((byte) 9);
        }
    }

    @Test
    void aRegionWithAFileAndNoAreasIsMappableAsAWhole() {
        try (MemFd file = MemFd.create("bar2", 0x3000);
                ServerFixture server = ServerFixture.start(device -> device.region(
                        RegionIndex.BAR2,
                        RegionSpec.memory(0x2000).mappable(file.fd(), 0x1000).build()));
                RawClient client = server.connect()) {
            RawClient.Reply reply = info(client, 2).ok();
            assertThat(reply.payload().getInt(4) & FLAG_MMAP).isNotZero();
            assertThat(reply.payload().getLong(24)).isEqualTo(0x1000);
            reply.fds().forEach(Fd::close);
            // Without a handler, messages are refused.
            assertThat(client.readRegion(2, 0, 4).errno()).isEqualTo(Errno.EINVAL);
        }
    }

    @Test
    void readOnlyAndIoRegionsAreAnnouncedAsSuch() {
        try (ServerFixture server = ServerFixture.start(device -> express(device)
                        .region(
                                RegionIndex.ROM,
                                RegionSpec.memory(0x1000)
                                        .readOnly()
                                        .access(new MemoryRegion(0x1000))
                                        .build())
                        .region(
                                RegionIndex.BAR1,
                                RegionSpec.io(0x100)
                                        .access(new MemoryRegion(0x100))
                                        .build())
                        .region(
                                RegionIndex.BAR4,
                                RegionSpec.memory(0x1000)
                                        .flags(RegionFlag.BITS_64, RegionFlag.PREFETCHABLE)
                                        .access(new MemoryRegion(0x1000))
                                        .build()));
                RawClient client = server.connect()) {
            assertThat(info(client, RegionIndex.ROM.index()).ok().payload().getInt(4))
                    .isEqualTo(FLAG_READ);
            assertThat(client.regionData(CONFIG, 0x14, 4).getInt() & 1).isOne();
            int type = ServerFixture.LIBRARY.level() == AbiLevel.V0_1 ? 0 : 0xc;
            assertThat(client.regionData(CONFIG, 0x20, 4).getInt() & 0xf).isEqualTo(type);
            assertThat(info(client, RegionIndex.BAR3.index()).ok().payload().getLong(16))
                    .isZero();
            assertThat(info(client, 200).errno()).isEqualTo(Errno.EINVAL);
        }
    }

    @Test
    void areasOutsideTheRegionAreRefused() {
        try (MemFd file = MemFd.create("bar", 0x2000)) {
            assertThatThrownBy(() -> RegionSpec.memory(0x1000)
                            .mappable(file.fd(), 0, new SparseArea(0x1000, 1))
                            .build())
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> new SparseArea(-1, 1)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void whatTheLibraryRefusesIsOneExceptionAndNothingIsLeftBehind() {
        DeviceContextBuilder builder = DeviceContext.builder(
                        ServerFixture.temporaryFolder().resolve("s"))
                .library(ServerFixture.LIBRARY)
                .region(RegionIndex.CONFIG, RegionSpec.config().readOnly().build());
        assertThatThrownBy(builder::build)
                .isInstanceOf(ErrnoException.class)
                .hasMessageContaining("CONFIG")
                .hasMessageContaining("EINVAL");
        builder.region(RegionIndex.CONFIG, RegionSpec.config().build()).build().close();
    }

    @Test
    void capabilitiesAreFoundWhereTheyWerePlaced() {
        try (ServerFixture server = ServerFixture.start(device -> express(device)
                        .capability(PciCapability.powerManagement())
                        .capability(PciCapability.msiX(4, RegionIndex.BAR4, 0, RegionIndex.BAR5, 0))
                        .capabilityAt(0xa0, PciCapability.vendor((byte) 1, (byte) 2), CapabilityFlag.READ_ONLY)
                        .capability(PciCapability.serialNumber(0x0123456789abcdefL))
                        .capability(PciCapability.extendedVendor(5, 1, (byte) 3)));
                RawClient client = server.connect()) {
            server.runOnContext(context -> {
                int power = context.findCapability(false, PowerManagementCapability.CAPABILITY_ID)
                        .orElseThrow();
                assertThat(power).isEqualTo(0x40);
                assertThat(context.findCapability(false, VendorCapability.CAPABILITY_ID))
                        .hasValue(0xa0);
                assertThat(context.findCapability(false, MsiCapability.CAPABILITY_ID))
                        .isEmpty();
                assertThat(context.findCapability(true, DeviceSerialNumberCapability.CAPABILITY_ID))
                        .hasValue(0x100);
                assertThat(context.findCapability(true, 0x42)).isEmpty();
                assertThat(context.findNextCapability(true, 0x100, ExtendedVendorCapability.CAPABILITY_ID))
                        .isPresent();
                int last = context.findCapability(true, ExtendedVendorCapability.CAPABILITY_ID)
                        .orElseThrow();
                assertThat(context.findNextCapability(true, last, 0x1234)).isEmpty();
                assertThatThrownBy(() -> context.findNextCapability(false, -1, 1))
                        .isInstanceOf(IndexOutOfBoundsException.class);
                assertThatThrownBy(() -> context.addCapability(0x42, PciCapability.vendor()))
                        .isInstanceOf(IllegalArgumentException.class);
                assertThatThrownBy(() -> context.scatterGather(1)).isInstanceOf(IllegalStateException.class);
                int added = context.addCapability(0, PciCapability.vendor((byte) 9));
                assertThat(context.findNextCapability(false, 0xa0, VendorCapability.CAPABILITY_ID))
                        .hasValue(added);
                assertThat(context.findNextCapability(false, added, VendorCapability.CAPABILITY_ID))
                        .isEmpty();
                assertThatThrownBy(() -> context.addCapability(0xa0, PciCapability.vendor()))
                        .isInstanceOf(ErrnoException.class);
                assertThat(context.configSpace().get(ValueLayout.JAVA_BYTE, 0x34))
                        .isEqualTo((byte) 0x40);
            });
            assertThat(client.regionData(CONFIG, 0xa0, 5).get(3)).isEqualTo((byte) 1);
            assertThat(client.writeRegion(CONFIG, 0xa3, (byte) 1).errno()).isEqualTo(Errno.EPERM);
            assertThat(client.regionData(CONFIG, 0x104, 8).getLong()).isEqualTo(0x0123456789abcdefL);
        }
    }

    @Test
    void capabilitiesAndIoeventfdsAddedLaterOutliveAReplacedContext() {
        MigrationHandler migration = new MigrationHandler() {
            @Override
            public void transition(MigrationState from, MigrationState to) {}

            @Override
            public long read(MemorySegment into) {
                return 0;
            }

            @Override
            public void write(MemorySegment from) {}
        };
        try (EventFd event = EventFd.create();
                ServerFixture server = ServerFixture.start(device -> express(device)
                        .migration(migration)
                        .region(
                                RegionIndex.BAR0,
                                RegionSpec.memory(0x1000)
                                        .access(new MemoryRegion(0x1000))
                                        .build()))) {
            server.runOnContext(context -> {
                int ignored = context.addCapability(0, PciCapability.vendor((byte) 9));
                context.createIoEventFd(IoEventFd.anyValue(RegionIndex.BAR0, event.fd(), 8, 4));
            });
            try (RawClient client = server.connect()) {
                assertThat(MigrationDriver.of(client, 4096).setState(MigrationState.STOP))
                        .isZero();
            }
            try (RawClient next = server.connect()) {
                boolean found =
                        server.onContext(context -> context.findCapability(false, VendorCapability.CAPABILITY_ID)
                                .isPresent());
                assertThat(found).isTrue();
                RawClient.Reply reply = ioFds(next, 0).ok();
                assertThat(reply.payload().getInt(12)).isOne();
                reply.fds().forEach(Fd::close);
            }
        }
    }

    private static RawClient.Reply ioFds(RawClient client, int region) {
        return client.call(RawClient.GET_REGION_IO_FDS, RawClient.ints(512, 0, region, 0));
    }

    @Test
    void ioeventfdsReachTheClient() {
        try (EventFd event = EventFd.create();
                EventFd other = EventFd.create();
                MemFd shadow = MemFd.create("shadow", 4096);
                ServerFixture server = ServerFixture.start(device -> device.region(
                                RegionIndex.BAR0,
                                RegionSpec.memory(0x1000)
                                        .access(new MemoryRegion(0x1000))
                                        .build())
                        .ioEventFd(IoEventFd.anyValue(RegionIndex.BAR0, event.fd(), 0x10, 4)));
                RawClient client = server.connect()) {
            server.runOnContext(context -> {
                context.createIoEventFd(new IoEventFd(RegionIndex.BAR0, other.fd(), 0x20, 8, 1, 42, Optional.empty()));
                assertThatThrownBy(() ->
                                context.createIoEventFd(IoEventFd.anyValue(RegionIndex.BAR0, other.fd(), 0xffe, 4)))
                        .isInstanceOfSatisfying(
                                ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EINVAL));
                IoEventFd shadowed = new IoEventFd(
                        RegionIndex.BAR0, other.fd(), 0, 4, 0, 0, Optional.of(new IoEventFd.Shadow(shadow.fd(), 0)));
                // Needs a library that was compiled for it.
                assertThatThrownBy(() -> context.createIoEventFd(shadowed)).isInstanceOf(ErrnoException.class);
            });
            RawClient.Reply reply = ioFds(client, 0).ok();
            assertThat(reply.payload().getInt(12)).isEqualTo(2);
            assertThat(reply.fds()).hasSize(2);
            EventFd received = EventFd.adopt(reply.fds().getFirst());
            received.signal();
            assertThat(event.drain() + other.drain()).isEqualTo(1);
            reply.fds().forEach(Fd::close);
        }
    }

    @Test
    void theConfigurationCallbackGetsWhatTheLibraryDoesNotHandleOrEverything() {
        MemoryRegion some = new MemoryRegion(4096);
        try (ServerFixture server = ServerFixture.start(device -> express(device)
                        .region(
                                RegionIndex.CONFIG,
                                RegionSpec.config().access(some).build()));
                RawClient client = server.connect()) {
            client.writeRegion(CONFIG, 0x80, (byte) 0x11).ok();
            assertThat(some.bytes().get(0x80)).isEqualTo((byte) 0x11);
            assertThat(client.regionData(CONFIG, 0, 2).getShort()).isEqualTo((short) 0x1234);
        }
        MemoryRegion all = new MemoryRegion(4096);
        all.bytes().order(ByteOrder.LITTLE_ENDIAN).putShort(0, (short) 0x4321);
        try (ServerFixture server = ServerFixture.start(device -> express(device)
                        .region(
                                RegionIndex.CONFIG,
                                RegionSpec.config()
                                        .flags(RegionFlag.ALWAYS_CALLBACK)
                                        .access(all)
                                        .build()));
                RawClient client = server.connect()) {
            assertThat(client.regionData(CONFIG, 0, 2).getShort()).isEqualTo((short) 0x4321);
        }
    }
}
