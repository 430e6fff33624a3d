package io.vfiouser.client.wire;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;

/** Data of the feature DMA_LOGGING_REPORT; the bitmap follows in the reply. */
public final class LoggingReportFormat {
    /** The length of the structure. */
    public static final int BYTES = 24;

    private static final long ADDRESS = 0;
    private static final long LENGTH_BYTES = 8;
    private static final long PAGE_BYTES = 16;

    private LoggingReportFormat() {}

    public static long address(MemorySegment at) {
        return at.get(JAVA_LONG_UNALIGNED, ADDRESS);
    }

    public static void address(MemorySegment at, long value) {
        at.set(JAVA_LONG_UNALIGNED, ADDRESS, value);
    }

    public static long lengthBytes(MemorySegment at) {
        return at.get(JAVA_LONG_UNALIGNED, LENGTH_BYTES);
    }

    public static void lengthBytes(MemorySegment at, long value) {
        at.set(JAVA_LONG_UNALIGNED, LENGTH_BYTES, value);
    }

    public static long pageBytes(MemorySegment at) {
        return at.get(JAVA_LONG_UNALIGNED, PAGE_BYTES);
    }

    public static void pageBytes(MemorySegment at, long value) {
        at.set(JAVA_LONG_UNALIGNED, PAGE_BYTES, value);
    }
}
