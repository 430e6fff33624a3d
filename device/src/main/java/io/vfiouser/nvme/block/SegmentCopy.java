package io.vfiouser.nvme.block;

import java.lang.foreign.MemorySegment;

/**
 * Copies between segments. The JDK has a class of segments for each kind of memory; after a comparison with the one that a guest's
 * memory and a RAM device's have, the compiler need not ask what all segments of the process were.
 */
final class SegmentCopy {
    /** The class of segments of native memory that is no mapped file. */
    static final Class<?> NATIVE = MemorySegment.NULL.getClass();

    private SegmentCopy() {}

    /** As {@link MemorySegment#copy(MemorySegment, long, MemorySegment, long, long)}. */
    static void copy(MemorySegment from, long fromOffset, MemorySegment to, long toOffset, long bytes) {
        if (from.getClass() == NATIVE && to.getClass() == NATIVE) {
            MemorySegment.copy(from, fromOffset, to, toOffset, bytes);
        } else {
            copyOthers(from, fromOffset, to, toOffset, bytes);
        }
    }

    /** Apart, so that only the copy between two known classes is compiled into its callers. */
    private static void copyOthers(MemorySegment from, long fromOffset, MemorySegment to, long toOffset, long bytes) {
        MemorySegment.copy(from, fromOffset, to, toOffset, bytes);
    }
}
