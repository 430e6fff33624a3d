package io.vfiouser.abi;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The libraries that the tests of this package run with: the one under test and, where there are any, of other levels. */
final class TestLibraries {
    private static final String FILE_NAME = "libvfio-user.so";

    private TestLibraries() {}

    /** The one that the build named. */
    static Path underTest() {
        return Path.of(System.getProperty("vfiouser.test.native.dir"), FILE_NAME);
    }

    /**
     * The one under test first, then those that {@code vfiouser.test.libs} names, or else those in the folders beside it.
     */
    static List<Path> all() {
        Set<Path> libraries = new LinkedHashSet<>();
        libraries.add(underTest());
        String named = System.getProperty("vfiouser.test.libs", "");
        if (named.isBlank()) {
            libraries.addAll(siblings());
        } else {
            Arrays.stream(named.strip().split("\\s+")).map(Path::of).forEach(libraries::add);
        }
        return List.copyOf(libraries);
    }

    private static List<Path> siblings() {
        Path parent = underTest().toAbsolutePath().getParent().getParent();
        try (Stream<Path> folders = Files.list(parent)) {
            return folders.map(folder -> folder.resolve(FILE_NAME))
                    .filter(Files::isRegularFile)
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
