package io.vfiouser.client.wire;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/** {@code VFIO_USER_MIG_DATA_READ} and {@code VFIO_USER_MIG_DATA_WRITE}; data follow in the read's reply and the write's request. */
public final class MigrationDataFormat {
    /** The length of the structure. */
    public static final int BYTES = 8;

    private static final long ARGUMENT_BYTES = 0;
    private static final long LENGTH_BYTES = 4;

    private MigrationDataFormat() {}

    public static long argumentBytes(MemorySegment at) {
        return Integer.toUnsignedLong(at.get(JAVA_INT_UNALIGNED, ARGUMENT_BYTES));
    }

    public static void argumentBytes(MemorySegment at, long value) {
        at.set(JAVA_INT_UNALIGNED, ARGUMENT_BYTES, (int) value);
    }

    public static long lengthBytes(MemorySegment at) {
        return Integer.toUnsignedLong(at.get(JAVA_INT_UNALIGNED, LENGTH_BYTES));
    }

    public static void lengthBytes(MemorySegment at, long value) {
        at.set(JAVA_INT_UNALIGNED, LENGTH_BYTES, (int) value);
    }
}
