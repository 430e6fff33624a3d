package io.vfiouser.abi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several libraries in one process. All have the same soname: the files tell them apart. */
class SeveralLibrariesTest {
    @TempDir
    Path folder;

    @Test
    void copiesOfOneLibraryAreTwoLibraries() throws IOException {
        Path one = Files.copy(TestLibraries.underTest(), folder.resolve("one.so"));
        Path two = Files.copy(TestLibraries.underTest(), folder.resolve("two.so"));
        serveTogether(List.of(VfioUserLibrary.load(one), VfioUserLibrary.load(two)));
    }

    @Test
    void oneFileIsOneLibraryWhateverItsName() throws IOException {
        Path file = Files.copy(TestLibraries.underTest(), folder.resolve("one.so"));
        Path link = Files.createSymbolicLink(folder.resolve("link.so"), file);

        assertThat(VfioUserLibrary.load(link)).isSameAs(VfioUserLibrary.load(file));
    }

    @Test
    void librariesOfAllLevelsServeAtTheSameTime() throws IOException {
        List<VfioUserLibrary> libraries = TestLibraries.all().stream()
                .map(VfioUserLibrary::load)
                .distinct()
                .toList();
        assumeTrue(libraries.size() > 1, "name libraries of other levels with vfiouser.test.libs");
        serveTogether(libraries);
    }

    /** All contexts live at once, and each calls back its own client's mapping, through its own code. */
    private void serveTogether(List<VfioUserLibrary> libraries) throws IOException {
        List<TestContext> devices = new ArrayList<>();
        Set<Long> addresses = new HashSet<>();
        try {
            for (VfioUserLibrary library : libraries) {
                addresses.add(library.calls().addressOf(NativeFunction.VFU_RUN_CTX));
                devices.add(new TestContext(library, folder.resolve("s" + devices.size())));
            }
            assertThat(addresses).hasSameSizeAs(libraries);
            for (int i = 0; i < devices.size(); i++) {
                assertThat(devices.get(i).client.mapDma(0x1000L * (i + 1), 0x1000))
                        .isZero();
            }
            for (int i = 0; i < devices.size(); i++) {
                assertThat(devices.get(i).registered).extracting(DmaInfo::iova).containsExactly(0x1000L * (i + 1));
            }
        } finally {
            for (TestContext device : devices) {
                device.close();
            }
        }
    }
}
