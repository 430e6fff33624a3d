package io.vfiouser.client;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.BitSet;

/** What the two ways of logging have in common: the form of the bitmap, and the pages noted on this side. */
final class DirtyBitmaps {
    /** A server sends a bitmap for a range, one bit per page. */
    interface Source {
        /**
         * Asks for a bitmap.
         *
         * @param bitmapBytes how long it has to be
         */
        MemorySegment bitmap(long iova, long lengthBytes, int bitmapBytes);
    }

    private DirtyBitmaps() {}

    static BitSet report(
            DmaRegions regions, long iova, long lengthBytes, long pageBytes, int largestBitmap, Source server) {
        DmaRegions.Entry entry = regions.find(iova, lengthBytes);
        if (entry == null) {
            throw new IllegalArgumentException("no memory of " + lengthBytes + " bytes is mapped at 0x"
                    + Long.toHexString(iova) + "; a report covers exactly one mapping");
        }
        BitSet dirty = new BitSet();
        if (entry.hasFd()) {
            long pages = Math.ceilDiv(lengthBytes, pageBytes);
            long bitmapBytes = Math.ceilDiv(pages, Long.SIZE) * Long.BYTES;
            if (bitmapBytes > largestBitmap) {
                throw new VfioUserException("a report on " + lengthBytes + " bytes needs a bitmap of " + bitmapBytes
                        + " bytes, and at most " + largestBitmap + " fit a message; map the memory in smaller pieces");
            }
            MemorySegment bitmap = server.bitmap(iova, lengthBytes, (int) bitmapBytes);
            dirty = BitSet.valueOf(bitmap.toArray(ValueLayout.JAVA_BYTE));
            // Bits behind the end mean nothing, whatever the server sends there.
            dirty.clear((int) pages, Math.max((int) pages, dirty.length()));
        }
        regions.takeDirty(entry, dirty);
        return dirty;
    }

    /** Servers choose page sizes; this one has to make sense. */
    static long checkPageBytes(long pageBytes) {
        if (pageBytes <= 0 || Long.bitCount(pageBytes) != 1) {
            throw new VfioUserException(
                    "the server logs pages of " + Long.toUnsignedString(pageBytes) + " bytes, which cannot be");
        }
        return pageBytes;
    }
}
