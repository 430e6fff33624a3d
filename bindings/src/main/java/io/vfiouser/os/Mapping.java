package io.vfiouser.os;

import io.vfiouser.ffi.posix.posix_h;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A piece of memory from {@code mmap(2)}, unmapped by {@link #close}.
 *
 * <p>The segment may be used from any thread. {@code close} makes further access throw {@link IllegalStateException}
 * before the memory goes, so a late access never reaches what is mapped there next; it may be called from any thread, and
 * more than once. Closing costs a handshake with all threads (some 30 µs).
 *
 * <p>If a file is made shorter than its mapping, access to what is missing throws {@link InternalError}, and possibly late.
 */
public final class Mapping implements AutoCloseable {
    private final Arena arena = Arena.ofShared();
    private final MemorySegment segment;
    private final long lengthBytes;
    private final Protection protection;
    private final PageSize pageSize;

    private Mapping(long address, long lengthBytes, long reservedBytes, Protection protection, PageSize pageSize) {
        this.protection = protection;
        this.pageSize = pageSize;
        this.lengthBytes = lengthBytes;
        this.segment = access(address, lengthBytes, reservedBytes, protection, arena);
    }

    /**
     * Maps part of a file, shared with everybody else who maps it.
     *
     * @param fd stays the caller's, and may be closed while the mapping lives
     * @param offset where to begin in the file, in bytes; a multiple of the page size
     * @param lengthBytes how much, greater than zero; a regular file must reach that far, to whole pages
     * @throws IllegalArgumentException if offset or length make no sense or lie beyond the end of the file
     * @throws ErrnoException if the system refuses
     */
    public static Mapping map(Fd fd, long offset, long lengthBytes, Protection protection) {
        return map(fd, offset, lengthBytes, protection, PageSize.BASE);
    }

    /**
     * Whether the system would map a part of a file for somebody who rounds to whole blocks first, offset down and length up. Tries it,
     * and leaves nothing behind.
     *
     * @param lengthBytes unsigned, as is the offset: whatever a peer asked for
     */
    public static boolean isPossible(Fd fd, long offset, long lengthBytes, Protection protection) {
        long block = Math.max(MemoryCalls.PAGE_BYTES, fd.blockBytes());
        long length = (lengthBytes + block - 1) & -block;
        if (length <= 0) {
            return false;
        }
        long address = MemoryCalls.mmap(length, protection.bits(), posix_h.MAP_SHARED(), fd.value(), offset & -block);
        if (address < 0) {
            return false;
        }
        int ignored = MemoryCalls.munmap(address, length);
        return true;
    }

    /**
     * Private zeroed memory, readable and writable.
     *
     * @param lengthBytes greater than zero
     * @param wanted the largest pages worth having; less is given if they cannot be had, see {@link #pageSize}
     * @throws ErrnoException if the system has no memory
     */
    public static Mapping anonymous(long lengthBytes, PageSize wanted) {
        if (lengthBytes <= 0) {
            throw new IllegalArgumentException("cannot map " + lengthBytes + " bytes");
        }
        Mapping mapping = null;
        if (wanted == PageSize.EXPLICIT_HUGE) {
            mapping = explicitHuge(lengthBytes);
        }
        if (mapping == null && wanted != PageSize.BASE && HugePages.transparentAllowed()) {
            mapping = transparentHuge(lengthBytes);
        }
        return mapping != null ? mapping : base(lengthBytes);
    }

    /**
     * The memory; of length zero if it is {@link Protection#NONE}, read-only if it is {@link Protection#READ}, since a
     * wrong access there would not be an exception but the end of the process.
     */
    public MemorySegment segment() {
        return segment;
    }

    /** Where the memory begins in this process. */
    public long address() {
        return segment.address();
    }

    /** How many bytes are mapped. */
    public long lengthBytes() {
        return lengthBytes;
    }

    /** What may be done with it. */
    public Protection protection() {
        return protection;
    }

    /** What was got; for mappings of files {@link PageSize#BASE} unless their {@link MemFd} says more. */
    public PageSize pageSize() {
        return pageSize;
    }

    /** Whether {@link #close} has not been called yet. */
    public boolean isOpen() {
        return arena.scope().isAlive();
    }

    /**
     * Has the kernel provide all pages now instead of at the first access.
     *
     * @throws ErrnoException if there is not enough memory, or the kernel is too old (5.14 brought it)
     */
    public void populate() {
        int advice = protection.writable() ? posix_h.MADV_POPULATE_WRITE() : posix_h.MADV_POPULATE_READ();
        ErrnoException.check(
                "populate " + lengthBytes + " bytes", MemoryCalls.madvise(segment.address(), lengthBytes, advice));
    }

    /**
     * Gives pages back: they read as zeroes from now on, until they are written again. For {@linkplain #anonymous anonymous} memory.
     *
     * @param offset where to begin; a multiple of the base page size
     * @param length how much; a multiple of the base page size
     * @throws ErrnoException if the system refuses
     */
    public void discard(long offset, long length) {
        Objects.checkFromIndexSize(offset, length, lengthBytes);
        if (length > 0) {
            ErrnoException.check(
                    "discard " + length + " bytes",
                    MemoryCalls.madvise(segment.address() + offset, length, posix_h.MADV_DONTNEED()));
        }
    }

    /**
     * Unmaps the memory; every call but the first does nothing.
     *
     * @throws IllegalStateException if a native call uses the memory at this moment; it is still mapped then
     */
    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%d bytes at 0x%x, %s%s",
                lengthBytes,
                segment.address(),
                protection,
                isOpen() ? "" : ", closed");
    }

    /** As the public method, for files whose pages are known. */
    static Mapping map(Fd fd, long offset, long lengthBytes, Protection protection, PageSize pageSize) {
        if (offset < 0 || lengthBytes <= 0 || offset > Long.MAX_VALUE - lengthBytes - MemoryCalls.PAGE_BYTES) {
            throw new IllegalArgumentException("cannot map " + lengthBytes + " bytes at offset " + offset);
        }
        if (offset % MemoryCalls.PAGE_BYTES != 0) {
            throw new IllegalArgumentException(
                    "cannot map at offset " + offset + ": not a multiple of the page size " + MemoryCalls.PAGE_BYTES);
        }
        // mmap(2) would accept it, and the first access beyond the end would be a SIGBUS.
        if (fd.isRegularFile() && offset + lengthBytes > MemoryCalls.roundUpToPages(fd.lengthBytes())) {
            throw new IllegalArgumentException("cannot map " + lengthBytes + " bytes at offset " + offset
                    + ": the file ends at " + fd.lengthBytes());
        }
        long address = MemoryCalls.mmap(lengthBytes, protection.bits(), posix_h.MAP_SHARED(), fd.value(), offset);
        ErrnoException.check("map " + lengthBytes + " bytes at offset " + offset + " of descriptor " + fd, address);
        if (pageSize == PageSize.TRANSPARENT_HUGE
                && MemoryCalls.madvise(address, lengthBytes, posix_h.MADV_HUGEPAGE()) < 0) {
            // A kernel without them: the memory is as good, only slower.
            return new Mapping(address, lengthBytes, lengthBytes, protection, PageSize.BASE);
        }
        // munmap(2) wants whole huge pages, mmap(2) does not.
        long reserved = pageSize == PageSize.EXPLICIT_HUGE ? HugePages.roundUp(lengthBytes) : lengthBytes;
        return new Mapping(address, lengthBytes, reserved, protection, pageSize);
    }

    private static Mapping base(long lengthBytes) {
        long address = mapAnonymous(lengthBytes, 0);
        ErrnoException.check("map " + lengthBytes + " bytes of memory", address);
        return new Mapping(address, lengthBytes, lengthBytes, Protection.READ_WRITE, PageSize.BASE);
    }

    /** From the reserved pool, or nothing: the kernel reserves at this point, so a success is a promise. */
    private static @Nullable Mapping explicitHuge(long lengthBytes) {
        long reserved = HugePages.roundUp(lengthBytes);
        long address = mapAnonymous(reserved, posix_h.MAP_HUGETLB());
        return address < 0
                ? null
                : new Mapping(address, lengthBytes, reserved, Protection.READ_WRITE, PageSize.EXPLICIT_HUGE);
    }

    /** Aligned to the huge page size, since the kernel merges only whole aligned pieces. */
    private static @Nullable Mapping transparentHuge(long lengthBytes) {
        long useful = HugePages.roundUp(lengthBytes);
        long reserved = Math.addExact(useful, HugePages.BYTES);
        long start = mapAnonymous(reserved, 0);
        if (start < 0) {
            return null;
        }
        long address = HugePages.roundUp(start);
        unmapIfAny(start, address - start);
        unmapIfAny(address + useful, start + reserved - (address + useful));
        if (MemoryCalls.madvise(address, useful, posix_h.MADV_HUGEPAGE()) < 0) {
            unmapIfAny(address, useful);
            return null;
        }
        return new Mapping(address, lengthBytes, useful, Protection.READ_WRITE, PageSize.TRANSPARENT_HUGE);
    }

    private static long mapAnonymous(long lengthBytes, int moreFlags) {
        int flags = posix_h.MAP_PRIVATE() | posix_h.MAP_ANONYMOUS() | moreFlags;
        return MemoryCalls.mmap(lengthBytes, Protection.READ_WRITE.bits(), flags, -1, 0);
    }

    private static void unmapIfAny(long address, long lengthBytes) {
        if (lengthBytes > 0) {
            ErrnoException.check("unmap " + lengthBytes + " bytes", MemoryCalls.munmap(address, lengthBytes));
        }
    }

    @SuppressWarnings("restricted") // gives the address its length, and a lifetime that ends with the mapping
    private static MemorySegment access(
            long address, long lengthBytes, long reservedBytes, Protection protection, Arena arena) {
        MemorySegment memory = MemorySegment.ofAddress(address)
                .reinterpret(lengthBytes, arena, mapped -> unmapIfAny(mapped.address(), reservedBytes));
        return switch (protection) {
            case NONE -> memory.asSlice(0, 0);
            case READ -> memory.asReadOnly();
            case WRITE, READ_WRITE -> memory;
        };
    }
}
