package io.vfiouser.abi;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/**
 * {@code dlopen}, {@code dlsym} and {@code dlerror}. Not {@link java.lang.foreign.SymbolLookup}, for two reasons: its error
 * does not say what the dynamic linker found wrong (a missing dependency, say), and it binds lazily, so that a symbol
 * missing in a dependency would end the process at the first call instead of failing here.
 */
@SuppressWarnings("restricted") // loading native code is what this class is for
final class DynamicLinker {
    private static final int RTLD_NOW = 2;
    private static final int RTLD_LOCAL = 0;

    private static final MethodHandle DLOPEN =
            link("dlopen", FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
    private static final MethodHandle DLSYM =
            link("dlsym", FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.ADDRESS));
    private static final MethodHandle DLCLOSE =
            link("dlclose", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
    private static final MethodHandle DLERROR = link("dlerror", FunctionDescriptor.of(ValueLayout.ADDRESS));

    private DynamicLinker() {}

    private static MethodHandle link(String function, FunctionDescriptor descriptor) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(function), descriptor);
    }

    /**
     * Loads a library with all its symbols resolved now and none of them offered to others, so that libraries with the same
     * soname do not see each other: the linker tells files apart by device and inode, not by soname, if the name is a path.
     *
     * @param file must be a whole ELF file: mapping a truncated one can end the process
     * @throws VfioUserLibraryException with what the dynamic linker says
     */
    static Handle open(Path file) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment handle = (MemorySegment)
                    DLOPEN.invokeExact(arena.allocateFrom(file.toAbsolutePath().toString()), RTLD_NOW | RTLD_LOCAL);
            if (handle.address() == 0) {
                throw new VfioUserLibraryException("cannot load " + file + ": " + error() + "; " + remedy(file));
            }
            return new Handle(handle);
        } catch (Throwable t) {
            throw rethrown(t);
        }
    }

    private static String remedy(Path file) {
        return "`ldd " + file + "` lists what it needs: install what is missing, or name another library with"
                + " -Dvfiouser.library=FILE";
    }

    /** The thread's last error; nothing else of this process may have used the linker on this thread since. */
    private static String error() throws Throwable {
        MemorySegment text = (MemorySegment) DLERROR.invokeExact();
        return text.address() == 0
                ? "the dynamic linker gives no reason"
                : text.reinterpret(Long.MAX_VALUE).getString(0);
    }

    private static RuntimeException rethrown(Throwable thrown) {
        return switch (thrown) {
            case RuntimeException e -> e;
            case Error e -> throw e;
            default -> new IllegalStateException("a downcall threw a checked exception", thrown);
        };
    }

    /** A loaded library. One that is kept is never closed: code of it may run on any thread until the process ends. */
    record Handle(MemorySegment handle) {
        /** The symbol's address, {@link MemorySegment#NULL} if this library and its dependencies lack it. */
        MemorySegment find(String symbol) {
            try (Arena arena = Arena.ofConfined()) {
                return (MemorySegment) DLSYM.invokeExact(handle, arena.allocateFrom(symbol));
            } catch (Throwable t) {
                throw rethrown(t);
            }
        }

        /** Unloads a library that nothing was called of. */
        void close() {
            try {
                int ignored = (int) DLCLOSE.invokeExact(handle);
            } catch (Throwable t) {
                throw rethrown(t);
            }
        }
    }
}
