package io.vfiouser.os;

import io.vfiouser.ffi.posix.posix_h;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * Addresses that stay the same while the files behind them change: a range is reserved once, and files are mapped into it as often as
 * needed. Segments of it remain valid, and show whatever is mapped at that time.
 *
 * <p>An access to a part with nothing mapped ends the process. Whoever changes what is mapped sees to it that nobody accesses that part
 * meanwhile.
 */
public final class AddressRange implements AutoCloseable {
    private final Arena arena = Arena.ofShared();
    private final MemorySegment whole;

    private AddressRange(long address, long lengthBytes) {
        this.whole = access(address, lengthBytes, arena);
    }

    /**
     * Reserves addresses; they cost no memory.
     *
     * @param lengthBytes a multiple of the page size, greater than zero
     * @throws ErrnoException if the system refuses
     */
    public static AddressRange reserve(long lengthBytes) {
        requirePages("the length", lengthBytes);
        if (lengthBytes == 0) {
            throw new IllegalArgumentException("cannot reserve no addresses");
        }
        long address = MemoryCalls.mmap(
                lengthBytes,
                Protection.NONE.bits(),
                posix_h.MAP_PRIVATE() | posix_h.MAP_ANONYMOUS() | posix_h.MAP_NORESERVE(),
                -1,
                0);
        ErrnoException.check("reserve " + lengthBytes + " bytes of addresses", address);
        return new AddressRange(address, lengthBytes);
    }

    /** The whole range, readable and writable where something is mapped; valid until this is closed, for any thread. */
    public MemorySegment segment() {
        return whole;
    }

    /**
     * Shows all of a file, shared, in place of what was there.
     *
     * @param offset where in the range, in bytes; a multiple of the page size
     * @param file stays the caller's, and may be closed; its length is whole pages, and should be sealed
     * @throws ErrnoException if the system refuses; nothing may be mapped there then
     */
    public void map(long offset, MemFd file) {
        long lengthBytes = file.lengthBytes();
        replace(
                offset,
                lengthBytes,
                Protection.READ_WRITE,
                posix_h.MAP_SHARED(),
                file.fd().value());
    }

    /**
     * Shows at the same place of another range what is shown at a place of this one, and takes the page table along: quicker than mapping
     * the file there the more of it has been used, and what was used needs no page fault afterwards. This range shows it still, with a page
     * fault at each first use. Nobody may use either place meanwhile.
     *
     * @param to other than this
     * @param offset of the place, in bytes; a multiple of the page size
     * @param lengthBytes of the place; a whole file as {@link #map} put it there
     * @return whether it was done; if not (before Linux 5.13, or no memory) the other place is to be mapped anew, whatever it shows
     */
    public boolean move(AddressRange to, long offset, long lengthBytes) {
        requirePages("the offset", offset);
        requirePages("the length", lengthBytes);
        long here = whole.asSlice(offset, lengthBytes).address();
        long there = to.whole.asSlice(offset, lengthBytes).address();
        return MemoryCalls.mremap(here, lengthBytes, there) == there;
    }

    /** Takes away what is mapped, and keeps the addresses. */
    public void unmap(long offset, long lengthBytes) {
        int flags = posix_h.MAP_PRIVATE() | posix_h.MAP_ANONYMOUS() | posix_h.MAP_NORESERVE();
        replace(offset, lengthBytes, Protection.NONE, flags, -1);
    }

    private void replace(long offset, long lengthBytes, Protection protection, int flags, int fd) {
        requirePages("the offset", offset);
        requirePages("the length", lengthBytes);
        Objects.checkFromIndexSize(offset, lengthBytes, whole.byteSize());
        MemorySegment place = whole.asSlice(offset, lengthBytes);
        long address = MemoryCalls.mmap(place, lengthBytes, protection.bits(), flags | posix_h.MAP_FIXED(), fd, 0);
        ErrnoException.check("map " + lengthBytes + " bytes at a fixed address", address);
    }

    private static void requirePages(String what, long bytes) {
        if (bytes < 0 || bytes % MemoryCalls.PAGE_BYTES != 0) {
            throw new IllegalArgumentException(
                    what + " must be a multiple of the page size " + MemoryCalls.PAGE_BYTES + ", not " + bytes);
        }
    }

    /** Gives the addresses back; every call but the first does nothing. Later accesses throw {@link IllegalStateException}. */
    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }

    @SuppressWarnings("restricted") // gives the address its length, and a lifetime that ends with the reservation
    private static MemorySegment access(long address, long lengthBytes, Arena arena) {
        return MemorySegment.ofAddress(address)
                .reinterpret(
                        lengthBytes,
                        arena,
                        mapped -> ErrnoException.check(
                                "give back addresses", MemoryCalls.munmap(mapped.address(), lengthBytes)));
    }
}
