package io.vfiouser.os;

import io.vfiouser.ffi.posix.posix_h;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** Calls on memory and mappings; conventions in {@link Libc}. */
final class MemoryCalls {
    private static final MethodHandle MMAP = Libc.capturing("mmap", Shapes.MMAP);
    private static final MethodHandle MUNMAP = Libc.capturing("munmap", Shapes.MUNMAP);
    private static final MethodHandle MADVISE = Libc.capturing("madvise", Shapes.MADVISE);
    private static final MethodHandle MEMFD_CREATE = Libc.capturing("memfd_create", Shapes.MEMFD_CREATE);
    private static final MethodHandle SYSCONF = Libc.capturing("sysconf", Shapes.SYSCONF);

    /** The base page size of the machine, a power of two. */
    static final long PAGE_BYTES = sysconf(posix_h._SC_PAGESIZE());

    private MemoryCalls() {}

    /** Linked when it is wanted, which is seldom: a function of another shape costs every start some milliseconds. */
    private static final class Remap {
        static final MethodHandle MREMAP = Libc.capturingVariadic("mremap", Shapes.MREMAP, 4);

        private Remap() {}
    }

    /** As {@link Remap}; the same shape as {@code madvise}. */
    private static final class Protect {
        static final MethodHandle MPROTECT = Libc.capturing("mprotect", Shapes.MADVISE);

        private Protect() {}
    }

    /** The address, or the negative error number: no user address is negative. */
    static long mmap(long lengthBytes, int protection, int flags, int fd, long offset) {
        return mmap(MemorySegment.NULL, lengthBytes, protection, flags, fd, offset);
    }

    /** As {@link #mmap(long, int, int, int, long)}, at an address if the flags say so. */
    static long mmap(MemorySegment where, long lengthBytes, int protection, int flags, int fd, long offset) {
        CallState state = CallState.current();
        try {
            long address = ((MemorySegment)
                            MMAP.invokeExact(state.capture(), where, lengthBytes, protection, flags, fd, offset))
                    .address();
            return state.resultOrError(address);
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
    }

    static int munmap(long address, long lengthBytes) {
        CallState state = CallState.current();
        try {
            return state.resultOrError(
                    (int) MUNMAP.invokeExact(state.capture(), MemorySegment.ofAddress(address), lengthBytes));
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
    }

    static int mprotect(long address, long lengthBytes, int protection) {
        CallState state = CallState.current();
        try {
            return state.resultOrError((int) Protect.MPROTECT.invokeExact(
                    state.capture(), MemorySegment.ofAddress(address), lengthBytes, protection));
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
    }

    static int madvise(long address, long lengthBytes, int advice) {
        CallState state = CallState.current();
        try {
            int result;
            do {
                result = state.resultOrError((int)
                        MADVISE.invokeExact(state.capture(), MemorySegment.ofAddress(address), lengthBytes, advice));
            } while (result == -Errno.EINTR);
            return result;
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
    }

    /**
     * Moves a mapping, its page table with it, to a place of the same length. The mapping stays where it was as well, without a page in its
     * table. What was at the place goes.
     *
     * @return the place, or the negative error number: {@code EINVAL} before Linux 5.13
     */
    static long mremap(long address, long lengthBytes, long place) {
        CallState state = CallState.current();
        int flags = posix_h.MREMAP_MAYMOVE() | posix_h.MREMAP_FIXED() | posix_h.MREMAP_DONTUNMAP();
        try {
            long result = ((MemorySegment) Remap.MREMAP.invokeExact(
                            state.capture(),
                            MemorySegment.ofAddress(address),
                            lengthBytes,
                            lengthBytes,
                            flags,
                            MemorySegment.ofAddress(place)))
                    .address();
            return state.resultOrError(result);
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
    }

    static int memfdCreate(MemorySegment name, int flags) {
        CallState state = CallState.current();
        try {
            return state.resultOrError((int) MEMFD_CREATE.invokeExact(state.capture(), name, flags));
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
    }

    static long sysconf(int name) {
        CallState state = CallState.current();
        try {
            return state.resultOrError((long) SYSCONF.invokeExact(state.capture(), name));
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
    }

    /** Rounds up to whole pages. */
    static long roundUpToPages(long bytes) {
        return Math.addExact(bytes, PAGE_BYTES - 1) & -PAGE_BYTES;
    }
}
