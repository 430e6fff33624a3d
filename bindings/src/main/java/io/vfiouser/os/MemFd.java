package io.vfiouser.os;

import io.vfiouser.ffi.posix.posix_h;
import java.lang.foreign.Arena;

/**
 * Memory without a name in the file system, which other processes map once they were sent its descriptor.
 *
 * <p>Any thread may call any method; {@link #close} closes the descriptor and leaves mappings as they are.
 */
public final class MemFd implements AutoCloseable {
    private final Fd fd;
    private final PageSize pageSize;

    private MemFd(Fd fd, PageSize pageSize) {
        this.fd = fd;
        this.pageSize = pageSize;
    }

    /**
     * Makes zeroed memory of base pages.
     *
     * @param name for people who look at {@code /proc}
     * @throws ErrnoException if the system refuses
     */
    public static MemFd create(String name, long lengthBytes) {
        return create(name, lengthBytes, PageSize.BASE);
    }

    /**
     * Makes zeroed memory.
     *
     * @param name for people who look at {@code /proc}
     * @param wanted {@link PageSize#EXPLICIT_HUGE} is given if the pool has enough pages; otherwise, and if they are wanted, {@link
     *     PageSize#TRANSPARENT_HUGE} if the system allows them in memory files; with either the length is rounded up to whole huge pages.
     *     Otherwise base pages are given
     * @throws ErrnoException if the system refuses
     */
    public static MemFd create(String name, long lengthBytes, PageSize wanted) {
        if (lengthBytes < 0) {
            throw new IllegalArgumentException("a negative length: " + lengthBytes);
        }
        if (wanted == PageSize.BASE || lengthBytes == 0) {
            return createOrdinary(name, PageSize.BASE, lengthBytes);
        }
        if (wanted == PageSize.EXPLICIT_HUGE) {
            try {
                return createHuge(name, HugePages.roundUp(lengthBytes));
            } catch (ErrnoException e) {
                // No pages reserved, too few of them, or no support: the documented answer is the next best.
                return createMergeable(name, lengthBytes);
            }
        }
        return createMergeable(name, lengthBytes);
    }

    /** Transparent huge pages if they are allowed. */
    private static MemFd createMergeable(String name, long lengthBytes) {
        return HugePages.transparentAllowedInFiles()
                ? createOrdinary(name, PageSize.TRANSPARENT_HUGE, HugePages.roundUp(lengthBytes))
                : createOrdinary(name, PageSize.BASE, lengthBytes);
    }

    private static MemFd createOrdinary(String name, PageSize pageSize, long lengthBytes) {
        return sized(open(name, 0), pageSize, lengthBytes);
    }

    private static MemFd createHuge(String name, long lengthBytes) {
        MemFd memory = sized(open(name, posix_h.MFD_HUGETLB()), PageSize.EXPLICIT_HUGE, lengthBytes);
        // Mapping is what reserves pages, and the reservation stays with the file: only now it is known to hold.
        try {
            memory.map(Protection.READ_WRITE).close();
            return memory;
        } catch (ErrnoException e) {
            memory.close();
            throw e;
        }
    }

    private static Fd open(String name, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            int all = flags | posix_h.MFD_CLOEXEC() | posix_h.MFD_ALLOW_SEALING();
            return Fd.adopt(ErrnoException.check(
                    "create memory file " + name, MemoryCalls.memfdCreate(arena.allocateFrom(name), all)));
        }
    }

    private static MemFd sized(Fd fd, PageSize pageSize, long lengthBytes) {
        try {
            MemFd memory = new MemFd(fd, pageSize);
            memory.resize(lengthBytes);
            return memory;
        } catch (ErrnoException e) {
            fd.close();
            throw e;
        }
    }

    /** The descriptor, for sending it to another process; it stays this object's. */
    public Fd fd() {
        return fd;
    }

    /** The length at this moment; whoever holds a descriptor may change it. */
    public long lengthBytes() {
        return fd.lengthBytes();
    }

    /** What backs it. Transparent huge pages are asked for with each mapping; whether they come is the kernel's decision. */
    public PageSize pageSize() {
        return pageSize;
    }

    /**
     * Changes the length. Who has mapped what is cut off gets an error when it touches it.
     *
     * @throws ErrnoException if the system refuses, as it does after {@link #sealSize}
     */
    public void resize(long lengthBytes) {
        ErrnoException.check("resize to " + lengthBytes + " bytes", FdCalls.ftruncate(fd.value(), lengthBytes));
    }

    /** Nobody can change the length any more, this process included. */
    public void sealSize() {
        int seals = posix_h.F_SEAL_SHRINK() | posix_h.F_SEAL_GROW();
        ErrnoException.check("seal the size", FdCalls.fcntl(fd.value(), posix_h.F_ADD_SEALS(), seals));
    }

    /** Maps all of it; see {@link Mapping#map}. */
    public Mapping map(Protection protection) {
        return map(0, lengthBytes(), protection);
    }

    /** Maps a part of it; see {@link Mapping#map}. */
    public Mapping map(long offset, long lengthBytes, Protection protection) {
        return Mapping.map(fd, offset, lengthBytes, protection, pageSize);
    }

    /**
     * Has the kernel copy memory into the file, in one system call. Unlike a copy in Java this answers memory that is not there with an
     * error number.
     *
     * @return how many bytes were copied, or the negative error number, {@code -EFAULT} if the memory is not there
     */
    public long write(IoVector from, long position) {
        return FileCalls.pwritev2(fd.value(), from.pieces(), from.count(), position, 0);
    }

    /** Closes the descriptor; every call but the first does nothing. */
    @Override
    public void close() {
        fd.close();
    }
}
