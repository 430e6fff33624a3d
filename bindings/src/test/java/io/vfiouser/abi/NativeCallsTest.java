package io.vfiouser.abi;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.os.Errno;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The functions whose arguments, results or errors need translation, at every level there is a library for. */
class NativeCallsTest {
    private static final int READ_AND_WRITE = 3;

    @TempDir
    Path folder;

    static Stream<VfioUserLibrary> libraries() {
        return TestLibraries.all().stream().map(VfioUserLibrary::load);
    }

    @ParameterizedTest
    @MethodSource("libraries")
    void memoryThatAClientMapsIsRegisteredAndUnregistered(VfioUserLibrary library) throws IOException {
        TestContext device = new TestContext(library, folder.resolve("s"));
        try (device) {
            assertThat(device.client.mapDma(0x10000, 0x2000)).isZero();
            assertThat(device.registered).singleElement().satisfies(info -> {
                assertThat(info.iova()).isEqualTo(0x10000);
                assertThat(info.lengthBytes()).isEqualTo(0x2000);
                assertThat(info.isMapped()).isFalse();
                assertThat(info.protection()).isEqualTo(READ_AND_WRITE);
            });
            assertThat(device.unregistered).isEmpty();
        }
        assertThat(device.unregistered).isEqualTo(device.registered);
    }

    @ParameterizedTest
    @MethodSource("libraries")
    void scatterGatherListsTellTooShortFromBadAddresses(VfioUserLibrary library) throws IOException {
        try (TestContext device = new TestContext(library, folder.resolve("s"));
                Arena arena = Arena.ofConfined()) {
            NativeCalls calls = library.calls();
            assertThat(device.client.mapDma(0x10000, 0x1000)).isZero();
            assertThat(device.client.mapDma(0x11000, 0x1000)).isZero();
            MemorySegment list = arena.allocate(2 * calls.dmaSgSize(), Long.BYTES);

            assertThat(calls.addrToSgl(device.context, 0x10800, 0x100, list, 1, READ_AND_WRITE))
                    .isEqualTo(1);
            assertThat(calls.sgIsMappable(device.context, list)).isFalse();
            assertThat(calls.addrToSgl(device.context, 0x10800, 0x1000, list, 2, READ_AND_WRITE))
                    .isEqualTo(2);

            int tooShort = calls.addrToSgl(device.context, 0x10800, 0x1000, list, 1, READ_AND_WRITE);
            assertThat(tooShort).isNegative();
            assertThat(NativeCalls.entriesNeeded(tooShort)).isEqualTo(2);

            int unmapped = calls.addrToSgl(device.context, 0x20000, 0x1000, list, 2, READ_AND_WRITE);
            assertThat(unmapped).isEqualTo(-Errno.ENOENT);
            assertThat(NativeCalls.entriesNeeded(unmapped)).isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("libraries")
    void theErrnoOfACallbackIsTheErrnoOfTheReply(VfioUserLibrary library) throws IOException {
        try (TestContext device = new TestContext(library, folder.resolve("s"))) {
            for (int errno : new int[] {0, Errno.EPERM, Errno.EIO, Errno.EAGAIN, Errno.ENOMEM, Errno.EACCES, 133}) {
                device.accessResult = -errno;
                assertThat(device.client.readRegion(VfuConstants.REGION_BAR0, 8, 4))
                        .isEqualTo(errno);
                device.resetResult = -errno;
                assertThat(device.client.reset()).isEqualTo(errno);
            }
            device.resetResult = 0;
        }
    }

    @ParameterizedTest
    @MethodSource("libraries")
    void capabilitiesAreAddedAndFound(VfioUserLibrary library) throws IOException {
        try (TestContext device = new TestContext(library, folder.resolve("s"));
                Arena arena = Arena.ofConfined()) {
            NativeCalls calls = library.calls();
            // A vendor capability: id 9, next, length.
            MemorySegment vendor = arena.allocateFrom(ValueLayout.JAVA_BYTE, (byte) 9, (byte) 0, (byte) 8, (byte) 1);
            MemorySegment data = arena.allocate(8).copyFrom(vendor);
            long first = calls.pciAddCapability(device.context, 0, 0, data);
            long second = calls.pciAddCapability(device.context, 0x80, VfuConstants.CAPABILITY_FLAG_READ_ONLY, data);

            assertThat(first).isBetween(0x40L, 0xf8L);
            assertThat(second).isEqualTo(0x80);
            assertThat(calls.pciAddCapability(device.context, 0x84, 0, data)).isNegative();
            assertThat(calls.pciFindCapability(device.context, false, 9)).isEqualTo(first);
            assertThat(calls.pciFindNextCapability(device.context, false, first, 9))
                    .isEqualTo(second);
            assertThat(calls.pciFindNextCapability(device.context, false, second, 9))
                    .isEqualTo(-Errno.ENOENT);
            assertThat(calls.pciFindCapability(device.context, false, 1)).isEqualTo(-Errno.ENOENT);
            MemorySegment space = calls.pciGetConfigSpace(device.context).reinterpret(256);
            assertThat(space.get(ValueLayout.JAVA_SHORT_UNALIGNED, 0)).isEqualTo((short) 0xfffe);
            assertThat(space.get(ValueLayout.JAVA_BYTE, 0x80)).isEqualTo((byte) 9);
        }
    }

    @ParameterizedTest
    @MethodSource("libraries")
    void whatALevelLacksIsRefused(VfioUserLibrary library) throws IOException {
        try (TestContext device = new TestContext(library, folder.resolve("s"));
                Arena arena = Arena.ofConfined()) {
            NativeCalls calls = library.calls();
            boolean oldest = library.level() == AbiLevel.V0_1;
            assertThat(calls.createIoeventfd(device.context, VfuConstants.REGION_BAR0, 1, 0, 4, 0, 0, 1, 0))
                    .isNegative();
            assertThat(calls.createIoeventfd(device.context, VfuConstants.REGION_BAR0, -1, 0, 4, 0, 0, -1, 0))
                    .isEqualTo(oldest ? -Errno.EINVAL : 0);
            assertThat(calls.createIoeventfd(device.context, VfuConstants.REGION_BAR0, 1 << 20, 0, 4, 0, 0, -1, 0))
                    .isZero();
            assertThat(calls.getMigrRegisterAreaSize()).isEqualTo(oldest ? 4096 : -Errno.ENOSYS);
            MemorySegment none = arena.allocate(calls.dmaSgSize(), Long.BYTES);
            if (!library.level().hasDirectAccess()) {
                assertThat(calls.sglRead(device.context, none, 1, none, VfuConstants.SGL_DIRECT_ACCESS))
                        .isEqualTo(-Errno.EOPNOTSUPP);
            }
            assertThat(calls.sglRead(device.context, none, 2, none, 0)).isNegative();
            assertThat(calls.sglWrite(device.context, none, 2, none, 0)).isNegative();
            assertThat(calls.irqTrigger(device.context, 0)).isEqualTo(-Errno.ENOENT);
        }
    }

    @ParameterizedTest
    @MethodSource("libraries")
    void migrationIsSetUpInTheVersionOfTheLevel(VfioUserLibrary library) throws IOException {
        NativeCalls calls = library.calls();
        try (Arena arena = Arena.ofConfined();
                TestContext device = new TestContext(library, folder.resolve("s"))) {
            boolean windowed = library.level().migrationVersion() == 1;
            if (windowed) {
                long registers = calls.getMigrRegisterAreaSize();
                assertThat(calls.setupRegion(
                                device.context,
                                VfuConstants.REGION_MIGRATION,
                                registers + 4096,
                                MemorySegment.NULL,
                                VfuConstants.REGION_FLAG_READ | VfuConstants.REGION_FLAG_WRITE,
                                MemorySegment.NULL,
                                0,
                                -1,
                                0))
                        .isZero();
            }
            MemorySegment one = MigrationCallbacks.allocate(new SilentMigration.One(), arena);
            MemorySegment two = MigrationCallbacks.allocate(new SilentMigration.Two(), arena);

            assertThat(calls.setupDeviceMigrationCallbacks(device.context, windowed ? two : one, 4096))
                    .isEqualTo(-Errno.EINVAL);
            assertThat(calls.setupDeviceMigrationCallbacks(device.context, windowed ? one : two, 4096))
                    .isZero();
        }
    }
}
