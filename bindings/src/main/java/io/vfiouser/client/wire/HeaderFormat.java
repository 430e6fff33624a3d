package io.vfiouser.client.wire;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/** What every message begins with (specification, "Header"). */
public final class HeaderFormat {
    /** The length of the structure. */
    public static final int BYTES = 16;

    /** Flags: the bits that say command or reply. */
    public static final int TYPE_MASK = 0xf;

    /** Flags, in the type bits. */
    public static final int TYPE_COMMAND = 0;

    /** Flags, in the type bits. */
    public static final int TYPE_REPLY = 1;

    /** Flags of a command that must not be answered. */
    public static final int NO_REPLY = 1 << 4;

    /** Flags of a reply to a command that failed. */
    public static final int ERROR_FLAG = 1 << 5;

    private static final long ID = 0;
    private static final long COMMAND = 2;
    private static final long MESSAGE_BYTES = 4;
    private static final long FLAGS = 8;
    private static final long ERROR = 12;

    private HeaderFormat() {}

    public static int id(MemorySegment at) {
        return Short.toUnsignedInt(at.get(JAVA_SHORT_UNALIGNED, ID));
    }

    public static void id(MemorySegment at, int value) {
        at.set(JAVA_SHORT_UNALIGNED, ID, (short) value);
    }

    public static int command(MemorySegment at) {
        return Short.toUnsignedInt(at.get(JAVA_SHORT_UNALIGNED, COMMAND));
    }

    public static void command(MemorySegment at, int value) {
        at.set(JAVA_SHORT_UNALIGNED, COMMAND, (short) value);
    }

    /** The whole message, this header included. */
    public static long messageBytes(MemorySegment at) {
        return Integer.toUnsignedLong(at.get(JAVA_INT_UNALIGNED, MESSAGE_BYTES));
    }

    public static void messageBytes(MemorySegment at, long value) {
        at.set(JAVA_INT_UNALIGNED, MESSAGE_BYTES, (int) value);
    }

    public static int flags(MemorySegment at) {
        return at.get(JAVA_INT_UNALIGNED, FLAGS);
    }

    public static void flags(MemorySegment at, int value) {
        at.set(JAVA_INT_UNALIGNED, FLAGS, value);
    }

    public static int error(MemorySegment at) {
        return at.get(JAVA_INT_UNALIGNED, ERROR);
    }

    public static void error(MemorySegment at, int value) {
        at.set(JAVA_INT_UNALIGNED, ERROR, value);
    }
}
