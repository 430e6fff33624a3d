package io.vfiouser.client.wire;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/** Reply and request of {@code VFIO_USER_DEVICE_GET_INFO}. */
public final class DeviceInfoFormat {
    /** The length of the structure. */
    public static final int BYTES = 16;

    /** Flags: the device can be reset. */
    public static final int RESET = 1;

    /** Flags: a PCI device. */
    public static final int PCI = 1 << 1;

    private static final long ARGUMENT_BYTES = 0;
    private static final long FLAGS = 4;
    private static final long REGION_COUNT = 8;
    private static final long IRQ_COUNT = 12;

    private DeviceInfoFormat() {}

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

    public static int regionCount(MemorySegment at) {
        return at.get(JAVA_INT_UNALIGNED, REGION_COUNT);
    }

    public static void regionCount(MemorySegment at, int value) {
        at.set(JAVA_INT_UNALIGNED, REGION_COUNT, value);
    }

    public static int irqCount(MemorySegment at) {
        return at.get(JAVA_INT_UNALIGNED, IRQ_COUNT);
    }

    public static void irqCount(MemorySegment at, int value) {
        at.set(JAVA_INT_UNALIGNED, IRQ_COUNT, value);
    }
}
