package io.vfiouser.nvme.spec;

import java.lang.foreign.MemorySegment;

/**
 * A completion queue entry, 16 bytes. Base 2.1, section 4.2.1. The second qword holds the phase tag, so it is what hands an
 * entry over: the controller stores it last with release, the host loads it first with acquire.
 */
public final class CompletionEntry {
    /** Bytes of an entry. */
    public static final int LENGTH_BYTES = 16;
    /** Command specific dword 0. */
    public static final int DW0 = 0;
    /** Command specific dword 1. */
    public static final int DW1 = 4;
    /** SQ head pointer (15:0), SQ identifier (31:16), command identifier (47:32), phase tag (48), status (63:49). */
    public static final int SECOND_QWORD = 8;

    private CompletionEntry() {}

    /**
     * Publishes an entry: first qword plain, second with release.
     *
     * @param result DW0 in the low half, DW1 in the high half
     * @param statusField {@link StatusCode#field()}: status without the phase tag
     * @param phase 0 or 1
     */
    public static void publish(
            MemorySegment segment,
            long offset,
            long result,
            int submissionHead,
            int submissionQueueId,
            int commandId,
            int statusField,
            int phase) {
        publish(segment, offset, result, second(submissionHead, submissionQueueId, commandId, statusField, phase));
    }

    /**
     * Publishes an entry: first qword plain, second with release.
     *
     * @param result DW0 in the low half, DW1 in the high half
     * @param second what {@link #second(int, int, int, int, int)} makes
     */
    public static void publish(MemorySegment segment, long offset, long result, long second) {
        NativeMemory.putU64(segment, offset + DW0, result);
        NativeMemory.putU64Release(segment, offset + SECOND_QWORD, second);
    }

    /**
     * Takes the cache line of an entry that is not published yet away from a host that polls it, by storing 0 where its result will be. Without
     * looking first: a load would wait for the line.
     */
    public static void takeLine(MemorySegment segment, long offset) {
        // With release, or the compiler could leave it out as one that the next store covers.
        NativeMemory.putU64Release(segment, offset + DW0, 0);
    }

    /**
     * The second qword of an entry.
     *
     * @param statusField {@link StatusCode#field()}: status without the phase tag
     * @param phase 0 or 1
     */
    public static long second(int submissionHead, int submissionQueueId, int commandId, int statusField, int phase) {
        return (submissionHead & 0xFFFFL)
                | (submissionQueueId & 0xFFFFL) << 16
                | (commandId & 0xFFFFL) << 32
                | (long) phase << 48
                | (statusField & 0x7FFFL) << 49;
    }

    /** Loads the second qword with acquire: where its phase tag is the awaited one, the entry is complete. */
    public static long second(MemorySegment segment, long offset) {
        return NativeMemory.i64Acquire(segment, offset + SECOND_QWORD);
    }

    /** DW0 (low half) and DW1 of an entry whose phase tag was seen. */
    public static long result(MemorySegment segment, long offset) {
        return NativeMemory.i64(segment, offset + DW0);
    }

    public static int submissionHead(long second) {
        return (int) second & 0xFFFF;
    }

    public static int submissionQueueId(long second) {
        return (int) (second >>> 16) & 0xFFFF;
    }

    public static int commandId(long second) {
        return (int) (second >>> 32) & 0xFFFF;
    }

    public static int phase(long second) {
        return (int) (second >>> 48) & 1;
    }

    /** Status without the phase tag: what {@link StatusCode#of(int)} takes. */
    public static int statusField(long second) {
        return (int) (second >>> 49) & 0x7FFF;
    }
}
