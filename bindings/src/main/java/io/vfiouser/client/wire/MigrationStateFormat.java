package io.vfiouser.client.wire;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/** Data of the feature MIG_DEVICE_STATE. */
public final class MigrationStateFormat {
    /** The length of the structure. */
    public static final int BYTES = 8;

    private static final long STATE = 0;
    private static final long DATA_FD = 4;

    private MigrationStateFormat() {}

    public static int state(MemorySegment at) {
        return at.get(JAVA_INT_UNALIGNED, STATE);
    }

    public static void state(MemorySegment at, int value) {
        at.set(JAVA_INT_UNALIGNED, STATE, value);
    }

    public static int dataFd(MemorySegment at) {
        return at.get(JAVA_INT_UNALIGNED, DATA_FD);
    }

    public static void dataFd(MemorySegment at, int value) {
        at.set(JAVA_INT_UNALIGNED, DATA_FD, value);
    }
}
