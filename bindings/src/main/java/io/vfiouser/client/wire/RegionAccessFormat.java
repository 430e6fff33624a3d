package io.vfiouser.client.wire;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;

/** {@code VFIO_USER_REGION_READ} and {@code VFIO_USER_REGION_WRITE}; data follow in the read's reply and the write's request. */
public final class RegionAccessFormat {
    /** The length of the structure. */
    public static final int BYTES = 16;

    private static final long OFFSET = 0;
    private static final long REGION = 8;
    private static final long COUNT = 12;

    private RegionAccessFormat() {}

    public static long offset(MemorySegment at) {
        return at.get(JAVA_LONG_UNALIGNED, OFFSET);
    }

    public static void offset(MemorySegment at, long value) {
        at.set(JAVA_LONG_UNALIGNED, OFFSET, value);
    }

    public static int region(MemorySegment at) {
        return at.get(JAVA_INT_UNALIGNED, REGION);
    }

    public static void region(MemorySegment at, int value) {
        at.set(JAVA_INT_UNALIGNED, REGION, value);
    }

    public static int count(MemorySegment at) {
        return at.get(JAVA_INT_UNALIGNED, COUNT);
    }

    public static void count(MemorySegment at, int value) {
        at.set(JAVA_INT_UNALIGNED, COUNT, value);
    }
}
