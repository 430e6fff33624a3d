package io.vfiouser.abi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vfiouser.abi.LibrarySearch.Found;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LibrarySearchTest {
    @TempDir
    Path folder;

    private final Map<String, String> properties = new HashMap<>();
    private final Map<String, String> environment = new HashMap<>();
    private Path systemFolder;
    private URLClassLoader loader;

    @BeforeEach
    void emptyPlaces() throws IOException {
        systemFolder = Files.createDirectory(folder.resolve("system"));
        Path resources = Files.createDirectory(folder.resolve("resources"));
        loader = new URLClassLoader(new URL[] {resources.toUri().toURL()}, ClassLoader.getPlatformClassLoader());
    }

    @AfterEach
    void closeLoader() throws IOException {
        loader.close();
    }

    @Test
    void theSystemPropertyComesFirst() throws IOException {
        properties.put("vfiouser.library", "/of/the/property.so");
        environment.put("VFIO_USER_LIBRARY", "/of/the/environment.so");
        bundle();
        install("libvfio-user.so.0");

        assertThat(search().find())
                .isEqualTo(new Found.InFile(LibrarySource.SYSTEM_PROPERTY, Path.of("/of/the/property.so")));
    }

    @Test
    void theEnvironmentComesSecond() throws IOException {
        properties.put("vfiouser.library", "  ");
        environment.put("VFIO_USER_LIBRARY", "/of/the/environment.so");
        bundle();
        install("libvfio-user.so.0");

        assertThat(search().find())
                .isEqualTo(new Found.InFile(LibrarySource.ENVIRONMENT, Path.of("/of/the/environment.so")));
    }

    @Test
    void theJarComesThird() throws IOException {
        environment.put("VFIO_USER_LIBRARY", "");
        Path resource = bundle();
        install("libvfio-user.so.0");

        assertThat(search().find()).isInstanceOfSatisfying(Found.InJar.class, found -> {
            assertThat(found.source()).isEqualTo(LibrarySource.BUNDLED);
            assertThat(found.resource().toString())
                    .isEqualTo(resource.toUri().toString().replace("file:///", "file:/"));
        });
    }

    @Test
    void theSystemComesLast() throws IOException {
        install("libvfio-user.so");
        Path versioned = install("libvfio-user.so.0");

        assertThat(search().find()).isEqualTo(new Found.InFile(LibrarySource.SYSTEM, versioned));
    }

    @Test
    void withoutAnyTheErrorNamesEveryPlaceAndTheRemedy() {
        assertThatThrownBy(() -> search().find())
                .isInstanceOf(VfioUserLibraryException.class)
                .hasMessageContainingAll(
                        "-Dvfiouser.library",
                        "VFIO_USER_LIBRARY",
                        LibrarySearch.resourceName(),
                        systemFolder.toString(),
                        "make native");
    }

    @Test
    void whatIsNoPathIsAnError() {
        properties.put("vfiouser.library", "a\0b");
        assertThatThrownBy(() -> search().find())
                .isInstanceOf(VfioUserLibraryException.class)
                .hasMessageContaining("the system property vfiouser.library");
    }

    @Test
    void aPropertyOverridesTheLevel() {
        assertThat(search().level()).isEmpty();
        properties.put("vfiouser.abi", "0.2a");
        assertThat(search().level()).isEqualTo(Optional.of(AbiLevel.V0_2A));
        properties.put("vfiouser.abi", "0.3");
        assertThatThrownBy(() -> search().level())
                .isInstanceOf(VfioUserLibraryException.class)
                .hasMessageContainingAll("vfiouser.abi", "0.3", "0.1, 0.2a, 0.2b");
    }

    @Test
    void thisProcessUsesTheLibraryThatTheTestsAreRunWith() {
        VfioUserLibrary library = VfioUserLibrary.load();

        assertThat(library.source()).isEqualTo(LibrarySource.SYSTEM_PROPERTY);
        assertThat(library.path()).isEqualTo(TestLibraries.underTest().toAbsolutePath());
        assertThat(VfioUserLibrary.load()).isSameAs(library);
    }

    private LibrarySearch search() {
        return new LibrarySearch(properties::get, environment::get, List.of(loader), List.of(systemFolder));
    }

    private Path bundle() throws IOException {
        Path resource = folder.resolve("resources").resolve(LibrarySearch.resourceName());
        Files.createDirectories(resource.getParent());
        return Files.createFile(resource);
    }

    private Path install(String name) throws IOException {
        return Files.createFile(systemFolder.resolve(name));
    }
}
