package io.vfiouser.abi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BundledLibraryTest {
    private static final String TEMPORARY = "java.io.tmpdir";

    @TempDir
    Path folder;

    private final String usual = System.getProperty(TEMPORARY);
    private Path temporary;

    @BeforeEach
    void ownTemporaryFolder() throws IOException {
        temporary = Files.createDirectory(folder.resolve("tmp"));
        System.setProperty(TEMPORARY, temporary.toString());
    }

    @AfterEach
    void usualTemporaryFolder() {
        System.setProperty(TEMPORARY, usual);
    }

    @Test
    void aLibraryOutOfAJarIsLoadedAndLeavesNoFile() throws IOException {
        Path jar = jar("natives.jar", Files.readAllBytes(TestLibraries.underTest()));

        VfioUserLibrary library = load(jar);

        assertThat(library.source()).isEqualTo(LibrarySource.BUNDLED);
        assertThat(library.info().location()).startsWith("jar:file:").endsWith(LibrarySearch.resourceName());
        assertThat(library.info().recorded()).containsEntry("madeBy", "a test");
        assertThat(files(temporary)).isEmpty();
        // The code is mapped: it runs although its file is gone.
        try (TestContext device = new TestContext(library, folder.resolve("s"))) {
            assertThat(device.client.mapDma(0x1000, 0x1000)).isZero();
        }
        assertThat(load(jar)).isSameAs(library);
    }

    @Test
    void theCopyLiesInAFolderThatOnlyItsOwnerEnters() throws IOException {
        Path jar = jar("natives.jar", new byte[] {1, 2, 3});
        try (URLClassLoader loader = loader(jar);
                BundledLibrary copy = BundledLibrary.extract(loader.getResource(LibrarySearch.resourceName()))) {
            assertThat(copy.file()).hasBinaryContent(new byte[] {1, 2, 3});
            assertThat(Files.getPosixFilePermissions(copy.file().getParent()))
                    .isEqualTo(PosixFilePermissions.fromString("rwx------"));
        }
        assertThat(files(temporary)).isEmpty();
    }

    @Test
    void aDamagedLibraryInAJarIsRefusedByTheJarsName() throws IOException {
        byte[] good = Files.readAllBytes(TestLibraries.underTest());
        Path jar = jar("natives.jar", Arrays.copyOf(good, good.length / 2));

        assertThatThrownBy(() -> load(jar))
                .isInstanceOf(VfioUserLibraryException.class)
                .hasMessageContainingAll(jar.toString(), "is truncated");
        assertThat(files(temporary)).isEmpty();
    }

    @Test
    void withoutATemporaryFolderTheErrorNamesTheRemedy() throws IOException {
        Path jar = jar("natives.jar", Files.readAllBytes(TestLibraries.underTest()));
        System.setProperty(TEMPORARY, folder.resolve("absent").toString());

        assertThatThrownBy(() -> load(jar))
                .isInstanceOf(VfioUserLibraryException.class)
                .hasMessageContainingAll(jar.toString(), "-Djava.io.tmpdir");
    }

    private VfioUserLibrary load(Path jar) throws IOException {
        try (URLClassLoader loader = loader(jar)) {
            LibrarySearch search = new LibrarySearch(_ -> null, _ -> null, List.of(loader), List.of());
            return VfioUserLibrary.load(search.find(), Optional.empty());
        }
    }

    private static URLClassLoader loader(Path jar) throws IOException {
        return new URLClassLoader(new URL[] {jar.toUri().toURL()}, ClassLoader.getPlatformClassLoader());
    }

    private Path jar(String name, byte[] library) throws IOException {
        Path jar = folder.resolve(name);
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
            add(out, LibrarySearch.resourceName(), library);
            add(
                    out,
                    LibrarySearch.resourceName().replace("libvfio-user.so", BundledLibrary.PROPERTIES),
                    "madeBy=a test\n".getBytes(StandardCharsets.UTF_8));
        }
        return jar;
    }

    private static void add(JarOutputStream out, String name, byte[] content) throws IOException {
        out.putNextEntry(new JarEntry(name));
        ((OutputStream) out).write(content);
        out.closeEntry();
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }
}
