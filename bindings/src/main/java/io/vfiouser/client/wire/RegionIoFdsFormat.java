package io.vfiouser.client.wire;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/** Reply and request of {@code VFIO_USER_DEVICE_GET_REGION_IO_FDS}; sub-regions follow in the reply. */
public final class RegionIoFdsFormat {
    /** The length of the structure. */
    public static final int BYTES = 16;

    private static final long ARGUMENT_BYTES = 0;
    private static final long FLAGS = 4;
    private static final long INDEX = 8;
    private static final long COUNT = 12;

    private RegionIoFdsFormat() {}

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

    public static int index(MemorySegment at) {
        return at.get(JAVA_INT_UNALIGNED, INDEX);
    }

    public static void index(MemorySegment at, int value) {
        at.set(JAVA_INT_UNALIGNED, INDEX, value);
    }

    public static long count(MemorySegment at) {
        return Integer.toUnsignedLong(at.get(JAVA_INT_UNALIGNED, COUNT));
    }

    public static void count(MemorySegment at, long value) {
        at.set(JAVA_INT_UNALIGNED, COUNT, (int) value);
    }
}
