package io.vfiouser.nvme.memory;

import java.lang.foreign.MemorySegment;

/**
 * A range of guest addresses that is mapped into this process.
 *
 * <p>The segment belongs to whoever maps the memory. It must stay accessible from all threads until a table without this region
 * was {@linkplain GuestMemory#publish published} and everybody who used the old table has stopped doing so.
 *
 * @param iova first guest address
 * @param segment the memory, as long as the region
 * @param readable whether the device may read it
 * @param writable whether the device may write it; a store into memory that is mapped read-only would end the process
 * @param dirty where writes are recorded
 */
public record GuestRegion(long iova, MemorySegment segment, boolean readable, boolean writable, DirtyMarker dirty) {
    public GuestRegion {
        long lengthBytes = segment.byteSize();
        if (lengthBytes == 0) {
            throw new IllegalArgumentException("a region has at least one byte");
        }
        if (Long.compareUnsigned(iova + (lengthBytes - 1), iova) < 0) {
            throw new IllegalArgumentException(
                    "region %x+%x wraps around the end of the address space".formatted(iova, lengthBytes));
        }
    }

    /** A region without restrictions or dirty marking. */
    public static GuestRegion of(long iova, MemorySegment segment) {
        return new GuestRegion(iova, segment, true, true, DirtyMarker.NONE);
    }

    /** Last guest address. */
    long lastIova() {
        return iova + (lengthBytes() - 1);
    }

    public long lengthBytes() {
        return segment.byteSize();
    }
}
