package io.vfiouser.abi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vfiouser.os.Errno;
import java.io.File;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LevelProbeTest {
    private static final String TEMPORARY = "java.io.tmpdir";

    @TempDir
    Path folder;

    private final String usual = System.getProperty(TEMPORARY);
    private final Arena arena = Arena.ofConfined();

    static Stream<Path> libraries() {
        return TestLibraries.all().stream();
    }

    @BeforeEach
    void ownTemporaryFolder() {
        System.setProperty(TEMPORARY, folder.toString());
    }

    @AfterEach
    void usualTemporaryFolder() {
        System.setProperty(TEMPORARY, usual);
        arena.close();
    }

    @ParameterizedTest
    @MethodSource("libraries")
    void theProbeLeavesNothingBehind(Path library) throws IOException {
        NativeSymbols symbols = symbols(library, Map.of());
        assumeTrue(!symbols.has(NativeFunction.VFU_GET_MIGR_REGISTER_AREA_SIZE), "0.1 is told by its symbol");
        LevelProbe.Verdict expected = LevelProbe.run(symbols, library);
        int openBefore = openDescriptors();

        for (int i = 0; i < 20; i++) {
            assertThat(LevelProbe.run(symbols, library)).isEqualTo(expected);
        }

        assertThat(openDescriptors()).isEqualTo(openBefore);
        assertThat(folder).isEmptyDirectory();
    }

    /** The probe itself works at 0.1 too, where it cannot tell it from 0.2a: the two have the same arguments. */
    @ParameterizedTest
    @MethodSource("libraries")
    void theFirstArgumentIsCalledBackUpTo02a(Path library) {
        AbiLevel level = VfioUserLibrary.load(library).level();
        AbiLevel seen = LevelProbe.run(symbols(library, Map.of()), library).level();
        assertThat(seen).isEqualTo(level == AbiLevel.V0_2B ? AbiLevel.V0_2B : AbiLevel.V0_2A);
    }

    @Test
    void anInterruptedThreadProbesAndStaysInterrupted() {
        Path library = TestLibraries.underTest();
        Thread.currentThread().interrupt();
        try {
            assertThat(LevelProbe.run(symbols(library, Map.of()), library).source())
                    .isEqualTo(LevelSource.LOOPBACK);
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void anAddressTakenForATooLargeCountTells02b() {
        LevelProbe.Verdict verdict = LevelProbe.run(withSetup(-Errno.ENOMEM), Path.of("fake.so"));
        assertThat(verdict).isEqualTo(new LevelProbe.Verdict(AbiLevel.V0_2B, LevelSource.REGION_COUNT));
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aLibraryThatRefusesTheProbeFitsNoLevel() {
        assertThatThrownBy(() -> LevelProbe.run(withSetup(-Errno.EINVAL), Path.of("fake.so")))
                .isInstanceOf(VfioUserLibraryException.class)
                .hasMessageContainingAll("fake.so", "vfu_setup_device_dma failed with EINVAL", "-Dvfiouser.abi");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aLibraryThatCallsNothingBackFitsNoLevel() {
        assertThatThrownBy(() -> LevelProbe.run(withSetup(0), Path.of("fake.so")))
                .isInstanceOf(VfioUserLibraryException.class)
                .hasMessageContainingAll("fake.so", "none of the callbacks", "-Dvfiouser.abi");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aTemporaryFolderThatIsMissingIsAnErrorWithARemedy() {
        System.setProperty(TEMPORARY, folder.resolve("absent").toString());
        assertThatThrownBy(() -> LevelProbe.run(symbols(TestLibraries.underTest(), Map.of()), Path.of("any.so")))
                .isInstanceOf(VfioUserLibraryException.class)
                .hasMessageContainingAll("any.so", "absent");
    }

    @Test
    void aTemporaryFolderWithALongNameIsNoObstacle() throws IOException {
        Path deep = Files.createDirectories(folder.resolve("x".repeat(100)));
        System.setProperty(TEMPORARY, deep.toString());
        Path library = TestLibraries.underTest();
        assertThat(LevelProbe.run(symbols(library, Map.of()), library).source()).isEqualTo(LevelSource.LOOPBACK);
    }

    /** The library under test with another {@code vfu_setup_device_dma}, written in Java. */
    @SuppressWarnings("restricted")
    private NativeSymbols withSetup(int result) {
        MethodHandle function = MethodHandles.dropArguments(
                MethodHandles.insertArguments(kernelStyle(), 0, result),
                0,
                List.of(MemorySegment.class, MemorySegment.class, MemorySegment.class, MemorySegment.class));
        MemorySegment stub = Linker.nativeLinker().upcallStub(function, Shapes.INT_PPPP, arena);
        return symbols(TestLibraries.underTest(), Map.of("vfu_setup_device_dma", stub));
    }

    private static MethodHandle kernelStyle() {
        try {
            return MethodHandles.lookup()
                    .findStatic(LevelProbeTest.class, "inC", MethodType.methodType(int.class, int.class));
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("inC", e);
        }
    }

    @SuppressWarnings("UnusedMethod") // by its name, above
    private static int inC(int result) {
        if (result < 0) {
            Errno.set(-result);
            return -1;
        }
        return result;
    }

    private static NativeSymbols symbols(Path library, Map<String, MemorySegment> replaced) {
        DynamicLinker.Handle handle = DynamicLinker.open(library);
        return NativeSymbols.of(name -> replaced.containsKey(name) ? replaced.get(name) : handle.find(name));
    }

    private static int openDescriptors() {
        return new File("/proc/self/fd").list().length;
    }
}
