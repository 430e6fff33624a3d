package io.vfiouser.server;

/**
 * A part of a region that clients may map.
 *
 * @param offset first byte within the region; a multiple of the page size, or clients cannot map it
 * @param lengthBytes its length in bytes
 */
public record SparseArea(long offset, long lengthBytes) {
    /** Checks that the area is not empty and does not wrap. */
    public SparseArea {
        if (offset < 0 || lengthBytes <= 0 || offset > Long.MAX_VALUE - lengthBytes) {
            throw new IllegalArgumentException("no such area: offset " + offset + ", length " + lengthBytes);
        }
    }

    /** First byte after the area. */
    public long end() {
        return offset + lengthBytes;
    }
}
