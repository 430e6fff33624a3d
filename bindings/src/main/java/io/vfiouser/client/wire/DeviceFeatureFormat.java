package io.vfiouser.client.wire;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/** The head of {@code VFIO_USER_DEVICE_FEATURE}; the feature's own data follow. */
public final class DeviceFeatureFormat {
    /** The length of the structure. */
    public static final int BYTES = 8;

    /** Feature: can it migrate, and how. */
    public static final int MIGRATION = 1;

    /** Feature: the migration state. */
    public static final int MIG_DEVICE_STATE = 2;

    /** Feature. */
    public static final int DMA_LOGGING_START = 6;

    /** Feature. */
    public static final int DMA_LOGGING_STOP = 7;

    /** Feature. */
    public static final int DMA_LOGGING_REPORT = 8;

    /** Flags: read the feature's data. */
    public static final int GET = 1 << 16;

    /** Flags: change the feature's data. */
    public static final int SET = 1 << 17;

    /** Flags: only ask whether the rest would be possible. */
    public static final int PROBE = 1 << 18;

    private static final long ARGUMENT_BYTES = 0;
    private static final long FLAGS = 4;

    private DeviceFeatureFormat() {}

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
}
