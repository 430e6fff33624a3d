package io.vfiouser.client.wire;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;

/** Data of the feature DMA_LOGGING_START without ranges, which means everything. */
public final class LoggingStartFormat {
    /** The length of the structure. */
    public static final int BYTES = 16;

    private static final long PAGE_BYTES = 0;
    private static final long RANGE_COUNT = 8;

    private LoggingStartFormat() {}

    public static long pageBytes(MemorySegment at) {
        return at.get(JAVA_LONG_UNALIGNED, PAGE_BYTES);
    }

    public static void pageBytes(MemorySegment at, long value) {
        at.set(JAVA_LONG_UNALIGNED, PAGE_BYTES, value);
    }

    public static int rangeCount(MemorySegment at) {
        return at.get(JAVA_INT_UNALIGNED, RANGE_COUNT);
    }

    public static void rangeCount(MemorySegment at, int value) {
        at.set(JAVA_INT_UNALIGNED, RANGE_COUNT, value);
    }
}
