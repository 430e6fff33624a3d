package io.vfiouser.abi;

import java.io.File;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Finds the library: system property, environment, jar, system. The first place that names one decides; what is wrong with
 * it is an error, not a reason to look further, so that nobody runs another library than the one he named.
 */
final class LibrarySearch {
    static final String PROPERTY = "vfiouser.library";
    static final String VARIABLE = "VFIO_USER_LIBRARY";
    static final String LEVEL_PROPERTY = "vfiouser.abi";
    static final String REMEDY = "name a libvfio-user.so with -D" + PROPERTY + "=FILE (`make native` builds one)";

    private static final List<String> FILE_NAMES = List.of("libvfio-user.so.0", "libvfio-user.so");

    private final UnaryOperator<@Nullable String> property;
    private final UnaryOperator<@Nullable String> environment;
    private final List<ClassLoader> loaders;
    private final List<Path> systemFolders;

    LibrarySearch(
            UnaryOperator<@Nullable String> property,
            UnaryOperator<@Nullable String> environment,
            List<ClassLoader> loaders,
            List<Path> systemFolders) {
        this.property = property;
        this.environment = environment;
        this.loaders = List.copyOf(loaders);
        this.systemFolders = List.copyOf(systemFolders);
    }

    /** What a search ends with: a file, or a resource that has yet to become one. */
    sealed interface Found {
        /** Where it was found. */
        LibrarySource source();

        /** A file that is there, or that somebody said is there. */
        record InFile(LibrarySource source, Path file) implements Found {}

        /** A resource of a jar. */
        record InJar(LibrarySource source, URL resource) implements Found {}
    }

    /** The search in this process: its properties, environment and class loaders. */
    static LibrarySearch ofThisProcess() {
        List<ClassLoader> loaders = new ArrayList<>();
        for (ClassLoader loader : Arrays.asList(
                LibrarySearch.class.getClassLoader(), Thread.currentThread().getContextClassLoader())) {
            if (loader != null) {
                loaders.add(loader);
            }
        }
        return new LibrarySearch(
                System::getProperty, System::getenv, loaders, systemFolders(System.getenv("LD_LIBRARY_PATH")));
    }

    /** The first library there is. */
    Found find() {
        return named(LibrarySource.SYSTEM_PROPERTY, property.apply(PROPERTY))
                .or(() -> named(LibrarySource.ENVIRONMENT, environment.apply(VARIABLE)))
                .or(this::bundled)
                .or(this::ofTheSystem)
                .orElseThrow(() -> new VfioUserLibraryException("no libvfio-user was found: -D" + PROPERTY + " and "
                        + VARIABLE + " are not set, no jar brings " + resourceName() + ", and none of "
                        + systemFolders + " has one; " + REMEDY
                        + " or add the natives jar to the class path (on the module path with --add-modules too)"));
    }

    /** The level that a property demands. */
    Optional<AbiLevel> level() {
        String label = property.apply(LEVEL_PROPERTY);
        if (label == null || label.isBlank()) {
            return Optional.empty();
        }
        try {
            return Optional.of(AbiLevel.ofLabel(label.strip()));
        } catch (IllegalArgumentException e) {
            throw new VfioUserLibraryException("-D" + LEVEL_PROPERTY + ": " + e.getMessage(), e);
        }
    }

    private static Optional<Found> named(LibrarySource source, @Nullable String file) {
        if (file == null || file.isBlank()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Found.InFile(source, Path.of(file.strip())));
        } catch (InvalidPathException e) {
            throw new VfioUserLibraryException(
                    source.description() + " holds what cannot be a path (" + e.getReason() + "); " + REMEDY, e);
        }
    }

    private Optional<Found> bundled() {
        return loaders.stream()
                .map(loader -> loader.getResource(resourceName()))
                .filter(Objects::nonNull)
                .findFirst()
                .map(resource -> new Found.InJar(LibrarySource.BUNDLED, resource));
    }

    private Optional<Found> ofTheSystem() {
        return systemFolders.stream()
                .flatMap(folder -> FILE_NAMES.stream().map(folder::resolve))
                .filter(Files::exists)
                .findFirst()
                .map(file -> new Found.InFile(LibrarySource.SYSTEM, file));
    }

    /** {@code META-INF} is no package, so a module does not hide it and any class loader finds it. */
    static String resourceName() {
        return "META-INF/native/" + Platform.folder() + "/libvfio-user.so";
    }

    /** Where the dynamic linker would look by default, give or take {@code ld.so.conf}. */
    private static List<Path> systemFolders(@Nullable String libraryPath) {
        List<Path> folders = new ArrayList<>();
        if (libraryPath != null) {
            Arrays.stream(libraryPath.split(File.pathSeparator, -1))
                    .filter(folder -> !folder.isBlank())
                    .map(Path::of)
                    .forEach(folders::add);
        }
        for (String prefix : List.of("/usr/local/lib", "/lib", "/usr/lib")) {
            folders.add(Path.of(prefix, Platform.multiarch()));
            folders.add(Path.of(prefix + "64"));
            folders.add(Path.of(prefix));
        }
        return folders;
    }
}
