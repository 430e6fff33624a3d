package io.vfiouser.client.wire;

import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/** {@code VFIO_USER_VERSION}; JSON with a terminating zero may follow. */
public final class VersionFormat {
    /** The length of the structure. */
    public static final int BYTES = 4;

    private static final long MAJOR = 0;
    private static final long MINOR = 2;

    private VersionFormat() {}

    public static int major(MemorySegment at) {
        return Short.toUnsignedInt(at.get(JAVA_SHORT_UNALIGNED, MAJOR));
    }

    public static void major(MemorySegment at, int value) {
        at.set(JAVA_SHORT_UNALIGNED, MAJOR, (short) value);
    }

    public static int minor(MemorySegment at) {
        return Short.toUnsignedInt(at.get(JAVA_SHORT_UNALIGNED, MINOR));
    }

    public static void minor(MemorySegment at, int value) {
        at.set(JAVA_SHORT_UNALIGNED, MINOR, (short) value);
    }
}
