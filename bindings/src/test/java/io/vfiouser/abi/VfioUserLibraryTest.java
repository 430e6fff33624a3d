package io.vfiouser.abi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vfiouser.os.Errno;
import io.vfiouser.os.ErrnoException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class VfioUserLibraryTest {
    @TempDir
    Path folder;

    static Stream<Path> libraries() {
        return TestLibraries.all().stream();
    }

    @ParameterizedTest
    @MethodSource("libraries")
    void theLevelThatIsDeterminedIsTheOneTheBuildRecorded(Path file) {
        VfioUserLibrary library = VfioUserLibrary.load(file);

        String recorded = RecordedProperties.beside(file).get("abiLevel");
        assumeTrue(recorded != null, "nothing is recorded beside " + file);
        assertThat(library.level().label()).isEqualTo(recorded);
        assertThat(library.levelSource())
                .isEqualTo(library.level() == AbiLevel.V0_1 ? LevelSource.SYMBOL : LevelSource.LOOPBACK);
        assertThat(library.source()).isEqualTo(LibrarySource.EXPLICIT);
        assertThat(library.info().describe())
                .contains(file.toString())
                .contains(library.level().label());
    }

    @ParameterizedTest
    @MethodSource("libraries")
    void contextsAreMadeAndDestroyed(Path file) throws IOException {
        NativeCalls calls = VfioUserLibrary.load(file).calls();
        Path socket = folder.resolve("s");

        MemorySegment context = create(calls, socket, MemorySegment.ofAddress(0x1234));
        try {
            assertThat(calls.getPrivate(context).address()).isEqualTo(0x1234);
            assertThat(calls.pciInit(context, VfuConstants.PCI_TYPE_EXPRESS, 0, 0))
                    .isZero();
            assertThat(calls.realizeCtx(context)).isZero();
            assertThat(calls.getPollFd(context)).isPositive();
            assertThat(calls.attachCtx(context)).isEqualTo(-Errno.EAGAIN);
        } finally {
            calls.destroyCtx(context);
        }
        Files.deleteIfExists(socket);
    }

    @ParameterizedTest
    @MethodSource("libraries")
    void theErrorNumberOfAFailedCallIsReported(Path file) {
        NativeCalls calls = VfioUserLibrary.load(file).calls();

        assertThatThrownBy(() -> create(calls, folder.resolve("no/such/folder"), MemorySegment.NULL))
                .isInstanceOfSatisfying(
                        ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOENT));
        MemorySegment context = create(calls, folder.resolve("s"), MemorySegment.NULL);
        try {
            assertThat(calls.setupDeviceNrIrqs(context, VfuConstants.IRQ_TYPES, 1))
                    .isEqualTo(-Errno.EINVAL);
            assertThat(calls.setupLog(context, MemorySegment.NULL, 8)).isEqualTo(-Errno.EINVAL);
        } finally {
            calls.destroyCtx(context);
        }
    }

    @ParameterizedTest
    @MethodSource("libraries")
    void logMessagesReachJava(Path file) {
        NativeCalls calls = VfioUserLibrary.load(file).calls();
        List<String> messages = new ArrayList<>();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment context = create(calls, folder.resolve("s"), MemorySegment.NULL);
            MemorySegment stub =
                    Upcalls.log((level, text) -> messages.add(level + " " + CStrings.read(text, 8192)), arena);
            assertThat(calls.setupLog(context, stub, 5)).isZero();

            calls.log(context, 3, "100 % of äöü");
            calls.log(context, 7, "too quiet");

            calls.destroyCtx(context);
        }
        assertThat(messages).containsExactly("3 100 % of äöü");
    }

    @Test
    void propertiesThatContradictTheProbeAreNotBelieved() throws IOException {
        Path file = Files.copy(TestLibraries.underTest(), folder.resolve("libvfio-user.so"));
        AbiLevel level = VfioUserLibrary.load(TestLibraries.underTest()).level();
        Files.writeString(folder.resolve(BundledLibrary.PROPERTIES), "abiLevel=9.9\ncompiler=none\n");

        VfioUserLibrary library = VfioUserLibrary.load(file);

        assertThat(library.level()).isEqualTo(level);
        assertThat(library.info().recorded())
                .containsExactly(Map.entry("abiLevel", "9.9"), Map.entry("compiler", "none"));
    }

    private static MemorySegment create(NativeCalls calls, Path socket, MemorySegment privateData) {
        return calls.createCtx(
                VfuConstants.TRANSPORT_SOCKET,
                socket.toString(),
                VfuConstants.FLAG_ATTACH_NON_BLOCKING,
                privateData,
                VfuConstants.DEVICE_TYPE_PCI);
    }
}
