package io.vfiouser.client.wire;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;

/** Data of the feature MIGRATION. */
public final class MigrationFeatureFormat {
    /** The length of the structure. */
    public static final int BYTES = 8;

    /** Flags: the state can be read out while the device stands still. */
    public static final long STOP_COPY = 1;

    /** Flags: the state can be read out while the device runs. */
    public static final long PRE_COPY = 1 << 2;

    private static final long FLAGS = 0;

    private MigrationFeatureFormat() {}

    public static long flags(MemorySegment at) {
        return at.get(JAVA_LONG_UNALIGNED, FLAGS);
    }

    public static void flags(MemorySegment at, long value) {
        at.set(JAVA_LONG_UNALIGNED, FLAGS, value);
    }
}
