package io.vfiouser.client.wire;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;

/** Reply and request of {@code VFIO_USER_DEVICE_GET_REGION_INFO}; capabilities follow. */
public final class RegionInfoFormat {
    /** The length of the structure. */
    public static final int BYTES = 32;

    /** Flags: may be read. */
    public static final int READ = 1;

    /** Flags: may be written. */
    public static final int WRITE = 1 << 1;

    /** Flags: may be mapped, at least in parts. */
    public static final int MMAP = 1 << 2;

    /** Flags: capabilities are there. */
    public static final int CAPABILITIES = 1 << 3;

    private static final long ARGUMENT_BYTES = 0;
    private static final long FLAGS = 4;
    private static final long INDEX = 8;
    private static final long CAPABILITY_OFFSET = 12;
    private static final long LENGTH_BYTES = 16;
    private static final long FD_OFFSET = 24;

    private RegionInfoFormat() {}

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

    /** From the beginning of this structure; 0 for none. */
    public static long capabilityOffset(MemorySegment at) {
        return Integer.toUnsignedLong(at.get(JAVA_INT_UNALIGNED, CAPABILITY_OFFSET));
    }

    public static void capabilityOffset(MemorySegment at, long value) {
        at.set(JAVA_INT_UNALIGNED, CAPABILITY_OFFSET, (int) value);
    }

    public static long lengthBytes(MemorySegment at) {
        return at.get(JAVA_LONG_UNALIGNED, LENGTH_BYTES);
    }

    public static void lengthBytes(MemorySegment at, long value) {
        at.set(JAVA_LONG_UNALIGNED, LENGTH_BYTES, value);
    }

    public static long fdOffset(MemorySegment at) {
        return at.get(JAVA_LONG_UNALIGNED, FD_OFFSET);
    }

    public static void fdOffset(MemorySegment at, long value) {
        at.set(JAVA_LONG_UNALIGNED, FD_OFFSET, value);
    }
}
