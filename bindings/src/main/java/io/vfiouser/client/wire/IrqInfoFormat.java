package io.vfiouser.client.wire;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/** Reply and request of {@code VFIO_USER_DEVICE_GET_IRQ_INFO}. */
public final class IrqInfoFormat {
    /** The length of the structure. */
    public static final int BYTES = 16;

    /** Flags: may signal an eventfd. */
    public static final int EVENTFD = 1;

    /** Flags: may be masked. */
    public static final int MASKABLE = 1 << 1;

    /** Flags: masks itself when it is triggered. */
    public static final int AUTOMASKED = 1 << 2;

    /** Flags: all of them are set up at once. */
    public static final int NORESIZE = 1 << 3;

    private static final long ARGUMENT_BYTES = 0;
    private static final long FLAGS = 4;
    private static final long INDEX = 8;
    private static final long COUNT = 12;

    private IrqInfoFormat() {}

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

    public static int count(MemorySegment at) {
        return at.get(JAVA_INT_UNALIGNED, COUNT);
    }

    public static void count(MemorySegment at, int value) {
        at.set(JAVA_INT_UNALIGNED, COUNT, value);
    }
}
