package io.vfiouser.client.wire;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;

/** One sub-region with a descriptor of its own. */
public final class SubRegionFormat {
    /** The length of the structure. */
    public static final int BYTES = 40;

    /** The length since libvfio-user 0.2, which knows shadow ioeventfds. */
    public static final int SHADOW_BYTES = 48;

    /** Type: an ioeventfd. */
    public static final int TYPE_IOEVENTFD = 0;

    /** Type: an ioregionfd. */
    public static final int TYPE_IOREGIONFD = 1;

    /** Type: an ioeventfd beside memory that holds what was written. */
    public static final int TYPE_IOEVENTFD_SHADOW = 2;

    private static final long OFFSET = 0;
    private static final long LENGTH_BYTES = 8;
    private static final long FD_INDEX = 16;
    private static final long TYPE = 20;
    private static final long FLAGS = 24;
    private static final long SHADOW_FD_INDEX = 28;
    private static final long SHADOW_OFFSET = 32;
    private static final long MATCH_AFTER_SHADOW = 40;

    private SubRegionFormat() {}

    public static long offset(MemorySegment at) {
        return at.get(JAVA_LONG_UNALIGNED, OFFSET);
    }

    public static void offset(MemorySegment at, long value) {
        at.set(JAVA_LONG_UNALIGNED, OFFSET, value);
    }

    public static long lengthBytes(MemorySegment at) {
        return at.get(JAVA_LONG_UNALIGNED, LENGTH_BYTES);
    }

    public static void lengthBytes(MemorySegment at, long value) {
        at.set(JAVA_LONG_UNALIGNED, LENGTH_BYTES, value);
    }

    public static int fdIndex(MemorySegment at) {
        return at.get(JAVA_INT_UNALIGNED, FD_INDEX);
    }

    public static void fdIndex(MemorySegment at, int value) {
        at.set(JAVA_INT_UNALIGNED, FD_INDEX, value);
    }

    public static int type(MemorySegment at) {
        return at.get(JAVA_INT_UNALIGNED, TYPE);
    }

    public static void type(MemorySegment at, int value) {
        at.set(JAVA_INT_UNALIGNED, TYPE, value);
    }

    public static int flags(MemorySegment at) {
        return at.get(JAVA_INT_UNALIGNED, FLAGS);
    }

    public static void flags(MemorySegment at, int value) {
        at.set(JAVA_INT_UNALIGNED, FLAGS, value);
    }

    /** Only for a shadow ioeventfd (libvfio-user 0.2). */
    public static int shadowFdIndex(MemorySegment at) {
        return at.get(JAVA_INT_UNALIGNED, SHADOW_FD_INDEX);
    }

    public static void shadowFdIndex(MemorySegment at, int value) {
        at.set(JAVA_INT_UNALIGNED, SHADOW_FD_INDEX, value);
    }

    public static long shadowOffset(MemorySegment at) {
        return at.get(JAVA_LONG_UNALIGNED, SHADOW_OFFSET);
    }

    public static void shadowOffset(MemorySegment at, long value) {
        at.set(JAVA_LONG_UNALIGNED, SHADOW_OFFSET, value);
    }

    /**
     * What has to be written for the descriptor to be signalled, or what an ioregionfd's messages carry.
     *
     * @param bytes the length of the structure, {@link #BYTES} or {@link #SHADOW_BYTES}
     */
    public static long match(MemorySegment at, long bytes) {
        return at.get(JAVA_LONG_UNALIGNED, bytes >= SHADOW_BYTES ? MATCH_AFTER_SHADOW : SHADOW_OFFSET);
    }
}
