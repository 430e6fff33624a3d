package io.vfiouser.client.wire;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;

/** {@code VFIO_USER_DMA_READ} and {@code VFIO_USER_DMA_WRITE}; data follow in the read's reply and the write's request. */
public final class DmaAccessFormat {
    /** The length of the structure. */
    public static final int BYTES = 16;

    private static final long ADDRESS = 0;
    private static final long COUNT = 8;

    private DmaAccessFormat() {}

    public static long address(MemorySegment at) {
        return at.get(JAVA_LONG_UNALIGNED, ADDRESS);
    }

    public static void address(MemorySegment at, long value) {
        at.set(JAVA_LONG_UNALIGNED, ADDRESS, value);
    }

    public static long count(MemorySegment at) {
        return at.get(JAVA_LONG_UNALIGNED, COUNT);
    }

    public static void count(MemorySegment at, long value) {
        at.set(JAVA_LONG_UNALIGNED, COUNT, value);
    }
}
