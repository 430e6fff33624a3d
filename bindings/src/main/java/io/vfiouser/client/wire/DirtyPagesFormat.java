package io.vfiouser.client.wire;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/** The head of {@code VFIO_USER_DIRTY_PAGES} of protocol 0.1. */
public final class DirtyPagesFormat {
    /** The length of the structure. */
    public static final int BYTES = 8;

    /** Flags. */
    public static final int START = 1;

    /** Flags. */
    public static final int STOP = 1 << 1;

    /** Flags. */
    public static final int GET_BITMAP = 1 << 2;

    private static final long ARGUMENT_BYTES = 0;
    private static final long FLAGS = 4;

    private DirtyPagesFormat() {}

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
