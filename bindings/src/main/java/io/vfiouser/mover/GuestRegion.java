package io.vfiouser.mover;

import io.vfiouser.os.Protection;

/**
 * A piece of guest memory.
 *
 * @param iova where the device sees it; whole pages
 * @param lengthBytes greater than 0; whole pages
 * @param protection what the device may do with it; the guest may do everything
 */
public record GuestRegion(long iova, long lengthBytes, Protection protection) {
    /** The unit in which memory is logged and copied. */
    public static final int PAGE_BYTES = 4096;

    /** Checks the values. */
    public GuestRegion {
        if (lengthBytes <= 0 || lengthBytes % PAGE_BYTES != 0 || iova % PAGE_BYTES != 0) {
            throw new IllegalArgumentException("guest memory is whole pages of " + PAGE_BYTES + " bytes, not "
                    + lengthBytes + " bytes at 0x" + Long.toHexString(iova));
        }
        if (Long.compareUnsigned(iova + (lengthBytes - 1), iova) < 0) {
            throw new IllegalArgumentException("guest memory of " + lengthBytes + " bytes at 0x"
                    + Long.toHexString(iova) + " ends behind the last address");
        }
        if (!protection.readable() && !protection.writable()) {
            throw new IllegalArgumentException("memory that the device may neither read nor write is of no use to it");
        }
    }

    /** How many pages it has. */
    public int pages() {
        return Math.toIntExact(lengthBytes / PAGE_BYTES);
    }

    /** Whether a range lies in it. */
    boolean contains(long address, long count) {
        long offset = address - iova;
        return Long.compareUnsigned(address, iova) >= 0
                && Long.compareUnsigned(offset, lengthBytes) < 0
                && count >= 0
                && count <= lengthBytes - offset;
    }

    boolean overlaps(GuestRegion other) {
        return Long.compareUnsigned(iova, other.iova + (other.lengthBytes - 1)) <= 0
                && Long.compareUnsigned(other.iova, iova + (lengthBytes - 1)) <= 0;
    }
}
