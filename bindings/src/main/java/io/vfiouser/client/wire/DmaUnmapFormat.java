package io.vfiouser.client.wire;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;

/** Request and reply of {@code VFIO_USER_DMA_UNMAP}. */
public final class DmaUnmapFormat {
    /** The length of the structure. */
    public static final int BYTES = 24;

    /** Flag: every region; address and length are 0. */
    public static final int ALL = 1 << 1;

    private static final long ARGUMENT_BYTES = 0;
    private static final long FLAGS = 4;
    private static final long ADDRESS = 8;
    private static final long LENGTH_BYTES = 16;

    private DmaUnmapFormat() {}

    public static long argumentBytes(MemorySegment at) {
        return Integer.toUnsignedLong(at.get(JAVA_INT_UNALIGNED, ARGUMENT_BYTES));
    }

    public static void argumentBytes(MemorySegment at, long value) {
        at.set(JAVA_INT_UNALIGNED, ARGUMENT_BYTES, (int) value);
    }

    public static int flags(MemorySegment at) {
        return at.get(JAVA_INT_UNALIGNED, FLAGS);
    }

    public static void flags(MemorySegment at, int value) {
        at.set(JAVA_INT_UNALIGNED, FLAGS, value);
    }

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
}
