package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.spec.LittleEndian;
import io.vfiouser.nvme.spec.NativeMemory;
import java.lang.foreign.MemorySegment;

/**
 * The doorbells as memory. Where they are mapped, the host stores into this page itself; where they are trapped, the control thread
 * stores what the host wrote. The pollers see no difference.
 */
final class DoorbellPage {
    static final int LENGTH_BYTES = 4096;

    private static final int PAIR_BYTES = 8;
    private static final int HEAD = 4;

    private final MemorySegment page;

    /** {@code page} is native memory of {@link #LENGTH_BYTES}, accessible from all threads. */
    DoorbellPage(MemorySegment page) {
        this.page = page;
    }

    /** Where a submission queue's tail is in this page, and in the pages that are laid out like it. */
    static long submissionTailOffset(int queueId) {
        return (long) queueId * PAIR_BYTES;
    }

    /** Where a completion queue's head is. */
    static long completionHeadOffset(int queueId) {
        return (long) queueId * PAIR_BYTES + HEAD;
    }

    /** The place among the doorbells of the one at an offset. */
    static int index(long offset) {
        return (int) (offset / HEAD);
    }

    /** Submission queue tail, unchecked. Acquire: entries up to the tail are visible afterwards. */
    int submissionTail(int queueId) {
        return NativeMemory.i32Acquire(page, submissionTailOffset(queueId));
    }

    /** Completion queue head, unchecked. Acquire: the host has read the entries before it. */
    int completionHead(int queueId) {
        return NativeMemory.i32Acquire(page, completionHeadOffset(queueId));
    }

    /** Both doorbells of a queue pair, unchecked and only to be compared. */
    long pair(int queueId) {
        return NativeMemory.i64(page, submissionTailOffset(queueId));
    }

    void putSubmissionTail(int queueId, int value) {
        LittleEndian.putU32Release(page, submissionTailOffset(queueId), value);
    }

    void putCompletionHead(int queueId, int value) {
        LittleEndian.putU32Release(page, completionHeadOffset(queueId), value);
    }

    /** The doorbell at an offset, with acquire. */
    int read(long offset) {
        return NativeMemory.i32Acquire(page, offset);
    }

    void clear() {
        page.fill((byte) 0);
    }
}
