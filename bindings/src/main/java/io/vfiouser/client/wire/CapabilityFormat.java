package io.vfiouser.client.wire;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/** The head of a region's capability ({@code struct vfio_info_cap_header}). */
public final class CapabilityFormat {
    /** The length of the structure. */
    public static final int BYTES = 8;

    /** Id of {@link SparseMmapFormat}. */
    public static final int SPARSE_MMAP = 1;

    /** Id of {@link RegionTypeFormat}. */
    public static final int REGION_TYPE = 2;

    private static final long ID = 0;
    private static final long VERSION = 2;
    private static final long NEXT = 4;

    private CapabilityFormat() {}

    public static int id(MemorySegment at) {
        return Short.toUnsignedInt(at.get(JAVA_SHORT_UNALIGNED, ID));
    }

    public static void id(MemorySegment at, int value) {
        at.set(JAVA_SHORT_UNALIGNED, ID, (short) value);
    }

    public static int version(MemorySegment at) {
        return Short.toUnsignedInt(at.get(JAVA_SHORT_UNALIGNED, VERSION));
    }

    public static void version(MemorySegment at, int value) {
        at.set(JAVA_SHORT_UNALIGNED, VERSION, (short) value);
    }

    /** Offset of the next one from the beginning of the region info; 0 for none. */
    public static long next(MemorySegment at) {
        return Integer.toUnsignedLong(at.get(JAVA_INT_UNALIGNED, NEXT));
    }

    public static void next(MemorySegment at, long value) {
        at.set(JAVA_INT_UNALIGNED, NEXT, (int) value);
    }
}
