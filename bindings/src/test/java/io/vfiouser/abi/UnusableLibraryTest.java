package io.vfiouser.abi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that are not what they should be: one sentence with cause and remedy each, and the JVM lives. */
class UnusableLibraryTest {
    private static final int MACHINE_OFFSET = 18;
    private static final int TYPE_OFFSET = 16;

    @TempDir
    Path folder;

    private Path file;
    private byte[] good;

    @BeforeEach
    void readGoodOne() throws IOException {
        file = folder.resolve("libvfio-user.so");
        good = Files.readAllBytes(TestLibraries.underTest());
    }

    @Test
    void missing() {
        assertRefused("does not exist");
    }

    @Test
    void aDirectory() throws IOException {
        Files.createDirectory(file);
        assertRefused("is a directory");
    }

    @Test
    void notARegularFile() {
        file = Path.of("/dev/null");
        assertRefused("is not a regular file");
    }

    @Test
    void unreadable() throws IOException {
        Files.write(file, good);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("---------"));
        assumeTrue(!Files.isReadable(file), "root reads everything");
        assertRefused("cannot read");
    }

    @Test
    void empty() throws IOException {
        Files.createFile(file);
        assertRefused("is empty");
    }

    @Test
    void textOfAnyLength() throws IOException {
        for (int length : new int[] {1, 3, 4, 63, 64, 5000}) {
            Files.writeString(file, "x".repeat(length));
            assertRefused("is not a shared library");
        }
    }

    @Test
    void everyPrefixOfALibraryIsTruncated() throws IOException {
        for (int length = 4; length < good.length; length += 1 + good.length / 97) {
            Files.write(file, Arrays.copyOf(good, length));
            assertRefused("is truncated");
        }
        Files.write(file, Arrays.copyOf(good, good.length - 1));
        assertRefused("is truncated");
    }

    @Test
    void anotherArchitecture() throws IOException {
        good[MACHINE_OFFSET] = (byte) 243;
        good[MACHINE_OFFSET + 1] = 0;
        Files.write(file, good);
        assertRefused("is built for riscv64 and this process is " + Platform.architecture());
    }

    @Test
    void notALibrary() throws IOException {
        good[TYPE_OFFSET] = 1;
        Files.write(file, good);
        assertRefused("is an ELF file, but not a shared library");
    }

    @Test
    void anotherLibraryIsRefusedWithoutBeingLoaded() throws IOException {
        Files.copy(Path.of(System.getProperty("java.home"), "lib", "libzip.so"), file);
        assertRefused("is not libvfio-user");
        assertThat(Files.readString(Path.of("/proc/self/maps"))).doesNotContain(file.toString());
    }

    @Test
    void aProgram() throws IOException {
        Files.copy(Path.of(System.getProperty("java.home"), "bin", "java"), file);
        assertRefused("is not libvfio-user");
    }

    @Test
    void aLibraryThatLacksAFunctionNamesIt() throws IOException {
        replaceAll("vfu_run_ctx", "vfu_xxx_ctx");
        assertRefused("it does not export vfu_run_ctx");
    }

    @Test
    void aMissingDependencyIsNamed() throws IOException {
        replaceAll("libjson-c.so", "libjson-?.so");
        assertThatThrownBy(() -> VfioUserLibrary.load(file))
                .isInstanceOf(VfioUserLibraryException.class)
                .hasMessageContainingAll("cannot load " + file, "libjson-?.so", "ldd");
    }

    @Test
    void aLevelThatContradictsTheSymbols() throws IOException {
        Files.write(file, good);
        boolean oldest = VfioUserLibrary.load(file).level() == AbiLevel.V0_1;
        AbiLevel wrong = oldest ? AbiLevel.V0_2A : AbiLevel.V0_1;

        assertThatThrownBy(() -> VfioUserLibrary.load(file, wrong))
                .isInstanceOf(VfioUserLibraryException.class)
                .hasMessageContainingAll("cannot be called at ABI level " + wrong, "vfu_get_migr_register_area_size");
    }

    @Test
    void aLevelThatIsGivenIsTaken() throws IOException {
        Files.write(file, good);
        AbiLevel level = VfioUserLibrary.load(file).level();

        VfioUserLibrary library = VfioUserLibrary.load(file, level);

        assertThat(library.levelSource()).isEqualTo(LevelSource.OVERRIDE);
    }

    @Test
    void damagedHeadersNeverCauseAnythingButARefusal() throws IOException {
        Random random = new Random(20261123);
        int tables = Math.min(good.length, 4096);
        for (int round = 0; round < 300; round++) {
            byte[] damaged = good.clone();
            for (int i = 0; i < 8; i++) {
                int at = round % 2 == 0 ? random.nextInt(tables) : good.length - 1 - random.nextInt(tables);
                damaged[at] = (byte) random.nextInt();
            }
            Files.write(file, damaged);
            try {
                ElfFile.definedSymbols(file, Platform.architecture());
            } catch (VfioUserLibraryException expected) {
                assertThat(expected).hasMessageContaining(file.toString());
            }
        }
    }

    private void assertRefused(String cause) {
        assertThatThrownBy(() -> VfioUserLibrary.load(file))
                .isInstanceOf(VfioUserLibraryException.class)
                .hasMessageContainingAll(file.toString(), cause, "-Dvfiouser.library=FILE", "make native")
                .message()
                .doesNotContain("\n");
    }

    /** Changes names in the string tables, and nothing else. */
    private void replaceAll(String name, String sameLength) throws IOException {
        String bytes = new String(good, StandardCharsets.ISO_8859_1);
        assertThat(bytes).contains(name);
        Files.write(file, bytes.replace(name, sameLength).getBytes(StandardCharsets.ISO_8859_1));
    }
}
