package io.vfiouser.client.wire;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/** The capability that says what a device-specific region is for. */
public final class RegionTypeFormat {
    /** The length of the structure. */
    public static final int BYTES = 16;

    /** Type of the region with the migration registers of protocol 0.1. */
    public static final int MIGRATION = 3;

    private static final long TYPE = 8;
    private static final long SUBTYPE = 12;

    private RegionTypeFormat() {}

    public static int type(MemorySegment at) {
        return at.get(JAVA_INT_UNALIGNED, TYPE);
    }

    public static void type(MemorySegment at, int value) {
        at.set(JAVA_INT_UNALIGNED, TYPE, value);
    }

    public static int subtype(MemorySegment at) {
        return at.get(JAVA_INT_UNALIGNED, SUBTYPE);
    }

    public static void subtype(MemorySegment at, int value) {
        at.set(JAVA_INT_UNALIGNED, SUBTYPE, value);
    }
}
