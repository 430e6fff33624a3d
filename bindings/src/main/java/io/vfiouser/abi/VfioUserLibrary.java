package io.vfiouser.abi;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A libvfio-user that was loaded into this process. Several, of different levels, can be loaded at once; each file is
 * loaded once and stays until the process ends, since threads and stubs may still refer to its code.
 *
 * <p>Immutable; all methods may be called from any thread.
 */
public final class VfioUserLibrary {
    private static final Map<Key, VfioUserLibrary> LOADED = new HashMap<>();

    private final Path path;
    private final LibraryInfo info;
    private final NativeCalls calls;

    private VfioUserLibrary(Path path, LibraryInfo info, NativeCalls calls) {
        this.path = path;
        this.info = info;
        this.calls = calls;
    }

    /** What makes a library the same one as before: the file, not its name, and how it was asked for. */
    private record Key(
            Object file,
            @Nullable FileTime modified,
            long sizeBytes,
            LibrarySource source,
            Optional<AbiLevel> override) {}

    /**
     * Loads the library that the search finds: {@code -Dvfiouser.library}, then {@code VFIO_USER_LIBRARY}, then the one
     * bundled in a jar, then the system's. {@code -Dvfiouser.abi} overrides its level.
     *
     * @throws VfioUserLibraryException if there is none, or if the one that was found cannot be used
     */
    public static VfioUserLibrary load() {
        LibrarySearch search = LibrarySearch.ofThisProcess();
        return load(search.find(), search.level());
    }

    /**
     * Loads a library and determines its level.
     *
     * @throws VfioUserLibraryException if it cannot be used
     */
    public static VfioUserLibrary load(Path file) {
        return load(new LibrarySearch.Found.InFile(LibrarySource.EXPLICIT, file), Optional.empty());
    }

    /**
     * Loads a library and takes its level as given. A wrong level makes it crash: only what symbols show is checked.
     *
     * @throws VfioUserLibraryException if it cannot be used, or cannot be of that level
     */
    public static VfioUserLibrary load(Path file, AbiLevel level) {
        return load(new LibrarySearch.Found.InFile(LibrarySource.EXPLICIT, file), Optional.of(level));
    }

    static VfioUserLibrary load(LibrarySearch.Found found, Optional<AbiLevel> override) {
        requireNativeAccess();
        // One at a time: the probe takes milliseconds, and a second load of the same file then finds the first.
        synchronized (LOADED) {
            Key key = key(found, override);
            VfioUserLibrary library = LOADED.get(key);
            if (library == null) {
                library = switch (found) {
                    case LibrarySearch.Found.InFile(var source, var file) ->
                        open(file, file.toAbsolutePath().toString(), source, override);
                    case LibrarySearch.Found.InJar(var source, var resource) -> openCopy(resource, source, override);
                };
                LOADED.put(key, library);
            }
            return library;
        }
    }

    private static Key key(LibrarySearch.Found found, Optional<AbiLevel> override) {
        return switch (found) {
            case LibrarySearch.Found.InJar(var source, var resource) ->
                new Key(resource.toString(), null, 0, source, override);
            case LibrarySearch.Found.InFile(var source, var file) -> {
                try {
                    BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
                    Object identity = Objects.requireNonNullElse(attributes.fileKey(), file.toRealPath());
                    yield new Key(identity, attributes.lastModifiedTime(), attributes.size(), source, override);
                } catch (IOException e) {
                    // What is wrong with the file is reported by who opens it.
                    yield new Key(file, null, 0, source, override);
                }
            }
        };
    }

    private static VfioUserLibrary openCopy(URL resource, LibrarySource source, Optional<AbiLevel> override) {
        BundledLibrary copy = BundledLibrary.extract(resource);
        try (copy) {
            return open(copy.file(), resource.toString(), source, override);
        } catch (VfioUserLibraryException e) {
            throw new VfioUserLibraryException(
                    "the library bundled as " + resource + " cannot be used: " + e.getMessage(), e);
        }
    }

    private static VfioUserLibrary open(Path file, String location, LibrarySource source, Optional<AbiLevel> override) {
        Optional<Set<String>> defined = ElfFile.definedSymbols(file, Platform.architecture());
        defined.ifPresent(names -> requireFunctions(file, NativeSymbols.missing(names::contains)));
        DynamicLinker.Handle handle = DynamicLinker.open(file);
        try {
            NativeSymbols symbols = NativeSymbols.of(handle::find);
            requireFunctions(file, symbols.missing());
            LevelProbe.Verdict verdict = determine(file, symbols, override);
            LibraryInfo info = new LibraryInfo(
                    location, source, verdict.level(), verdict.source(), RecordedProperties.beside(file));
            RecordedProperties.crossCheck(info);
            return new VfioUserLibrary(file.toAbsolutePath(), info, new NativeCalls(verdict.level(), symbols));
        } catch (VfioUserLibraryException e) {
            handle.close();
            throw e;
        }
    }

    private static void requireFunctions(Path file, List<String> missing) {
        if (!missing.isEmpty()) {
            String lack = missing.size() == NativeFunction.commonCount()
                    ? "is not libvfio-user (it exports none of its functions)"
                    : "is not a libvfio-user of a known ABI level (it does not export " + String.join(", ", missing)
                            + ")";
            throw new VfioUserLibraryException(file + " " + lack + "; " + LibrarySearch.REMEDY);
        }
    }

    private static LevelProbe.Verdict determine(Path file, NativeSymbols symbols, Optional<AbiLevel> override) {
        boolean is01 = symbols.has(NativeFunction.VFU_GET_MIGR_REGISTER_AREA_SIZE);
        if (override.isPresent()) {
            AbiLevel level = override.get();
            if (is01 != (level == AbiLevel.V0_1)) {
                throw new VfioUserLibraryException(
                        file + " cannot be called at ABI level " + level.label()
                                + ", since it " + (is01 ? "exports" : "lacks")
                                + " vfu_get_migr_register_area_size, which 0.1 alone has; leave the level out, and it is probed");
            }
            return new LevelProbe.Verdict(level, LevelSource.OVERRIDE);
        }
        return is01 ? new LevelProbe.Verdict(AbiLevel.V0_1, LevelSource.SYMBOL) : LevelProbe.run(symbols, file);
    }

    @SuppressWarnings("restricted") // the point is to try one restricted method
    private static void requireNativeAccess() {
        try {
            MemorySegment ignored = MemorySegment.NULL.reinterpret(0);
        } catch (IllegalCallerException e) {
            Module module = VfioUserLibrary.class.getModule();
            throw new VfioUserLibraryException(
                    "this JVM does not let vfio-user for Java call native code; start it with --enable-native-access="
                            + (module.isNamed() ? module.getName() : "ALL-UNNAMED"),
                    e);
        }
    }

    /** The file that was loaded; for a library out of a jar a temporary one, which is gone by now. */
    public Path path() {
        return path;
    }

    /** The ABI level it is called at. */
    public AbiLevel level() {
        return info.level();
    }

    /** How the level was determined. */
    public LevelSource levelSource() {
        return info.levelSource();
    }

    /** Which step of the search named it. */
    public LibrarySource source() {
        return info.source();
    }

    /** All that is known of it. */
    public LibraryInfo info() {
        return info;
    }

    /** Its functions. */
    public NativeCalls calls() {
        return calls;
    }

    @Override
    public String toString() {
        return info.describe();
    }
}
