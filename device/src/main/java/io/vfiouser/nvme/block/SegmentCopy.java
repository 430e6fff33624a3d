package io.vfiouser.nvme.block;

import io.vfiouser.os.GuardedCopy;
import java.lang.foreign.MemorySegment;

/**
 * Copies between segments. The JDK has a class of segments for each kind of memory; after a comparison with the one that a guest's
 * memory and a RAM device's have, the compiler need not ask what all segments of the process were.
 *
 * <p>Between a request's memory and a device's long pieces go by {@link GuardedCopy}, which does not watch whether somebody unmaps them: until a
 * request has completed nobody does ({@link BlockRequest}), and a device's memory outlives its channels.
 */
final class SegmentCopy {
    /** The class of segments of native memory that is no mapped file. */
    static final Class<?> NATIVE = MemorySegment.NULL.getClass();

    /** A device's blocks are in no near cache, and a copy that does not fetch what it overwrites is faster at once. */
    static final long GUARDED_TO_DEVICE_BYTES = 4096;
    /** The buffers of requests are nearer; with shorter pieces the two ways of copying are equally fast. */
    static final long GUARDED_FROM_DEVICE_BYTES = 32768;

    private static final boolean GUARDED = GuardedCopy.isAvailable();
    /** The processor's instruction is slow for some pairs of places within a line, and for equal ones never. */
    private static final long LINE_MASK = 63;

    private SegmentCopy() {}

    /** Fills memory of a request from a device's. */
    static void fromDevice(MemorySegment device, long deviceOffset, MemorySegment data, long dataOffset, long bytes) {
        copy(device, deviceOffset, data, dataOffset, bytes, GUARDED_FROM_DEVICE_BYTES);
    }

    /** Copies memory of a request to a device's. */
    static void toDevice(MemorySegment data, long dataOffset, MemorySegment device, long deviceOffset, long bytes) {
        copy(data, dataOffset, device, deviceOffset, bytes, GUARDED_TO_DEVICE_BYTES);
    }

    /** As {@link MemorySegment#copy(MemorySegment, long, MemorySegment, long, long)}. */
    static void copy(MemorySegment from, long fromOffset, MemorySegment to, long toOffset, long bytes) {
        if (from.getClass() == NATIVE && to.getClass() == NATIVE) {
            MemorySegment.copy(from, fromOffset, to, toOffset, bytes);
        } else {
            copyOthers(from, fromOffset, to, toOffset, bytes);
        }
    }

    private static void copy(
            MemorySegment from, long fromOffset, MemorySegment to, long toOffset, long bytes, long guardedBytes) {
        if (GUARDED
                && bytes >= guardedBytes
                && from.getClass() == NATIVE
                && to.getClass() == NATIVE
                && alike(from.address() + fromOffset, to.address() + toOffset)) {
            GuardedCopy.copy(from, fromOffset, to, toOffset, bytes);
        } else {
            copy(from, fromOffset, to, toOffset, bytes);
        }
    }

    private static boolean alike(long from, long to) {
        return ((from ^ to) & LINE_MASK) == 0;
    }

    /** Apart, so that only the copy between two known classes is compiled into its callers. */
    private static void copyOthers(MemorySegment from, long fromOffset, MemorySegment to, long toOffset, long bytes) {
        MemorySegment.copy(from, fromOffset, to, toOffset, bytes);
    }
}
