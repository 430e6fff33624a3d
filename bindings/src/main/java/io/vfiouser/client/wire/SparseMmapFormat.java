package io.vfiouser.client.wire;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/** The capability that lists what may be mapped; areas follow. */
public final class SparseMmapFormat {
    /** The length of the structure. */
    public static final int BYTES = 16;

    private static final long AREA_COUNT = 8;

    private SparseMmapFormat() {}

    public static long areaCount(MemorySegment at) {
        return Integer.toUnsignedLong(at.get(JAVA_INT_UNALIGNED, AREA_COUNT));
    }

    public static void areaCount(MemorySegment at, long value) {
        at.set(JAVA_INT_UNALIGNED, AREA_COUNT, (int) value);
    }
}
