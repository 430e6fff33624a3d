package io.vfiouser.client.wire;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;

/** One area that may be mapped. */
public final class SparseAreaFormat {
    /** The length of the structure. */
    public static final int BYTES = 16;

    private static final long OFFSET = 0;
    private static final long LENGTH_BYTES = 8;

    private SparseAreaFormat() {}

    public static long offset(MemorySegment at) {
        return at.get(JAVA_LONG_UNALIGNED, OFFSET);
    }

    public static void offset(MemorySegment at, long value) {
        at.set(JAVA_LONG_UNALIGNED, OFFSET, value);
    }

    public static long lengthBytes(MemorySegment at) {
        return at.get(JAVA_LONG_UNALIGNED, LENGTH_BYTES);
    }

    public static void lengthBytes(MemorySegment at, long value) {
        at.set(JAVA_LONG_UNALIGNED, LENGTH_BYTES, value);
    }
}
