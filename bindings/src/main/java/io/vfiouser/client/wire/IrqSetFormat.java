package io.vfiouser.client.wire;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/** Request of {@code VFIO_USER_DEVICE_SET_IRQS}; one byte per interrupt follows if the data are booleans. */
public final class IrqSetFormat {
    /** The length of the structure. */
    public static final int BYTES = 20;

    /** Flags: no data, all interrupts of the range. */
    public static final int DATA_NONE = 1;

    /** Flags: one byte per interrupt says whether it is meant. */
    public static final int DATA_BOOL = 1 << 1;

    /** Flags: one eventfd per interrupt, none to take them away. */
    public static final int DATA_EVENTFD = 1 << 2;

    /** Flags. */
    public static final int MASK = 1 << 3;

    /** Flags. */
    public static final int UNMASK = 1 << 4;

    /** Flags. */
    public static final int TRIGGER = 1 << 5;

    private static final long ARGUMENT_BYTES = 0;
    private static final long FLAGS = 4;
    private static final long INDEX = 8;
    private static final long START = 12;
    private static final long COUNT = 16;

    private IrqSetFormat() {}

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

    public static int start(MemorySegment at) {
        return at.get(JAVA_INT_UNALIGNED, START);
    }

    public static void start(MemorySegment at, int value) {
        at.set(JAVA_INT_UNALIGNED, START, value);
    }

    public static int count(MemorySegment at) {
        return at.get(JAVA_INT_UNALIGNED, COUNT);
    }

    public static void count(MemorySegment at, int value) {
        at.set(JAVA_INT_UNALIGNED, COUNT, value);
    }
}
