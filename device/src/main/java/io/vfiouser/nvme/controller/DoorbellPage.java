package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.spec.LittleEndian;
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

    /** Submission queue tail, unchecked. Acquire: entries up to the tail are visible afterwards. */
    int submissionTail(int queueId) {
        return LittleEndian.i32Acquire(page, (long) queueId * PAIR_BYTES);
    }

    /** Completion queue head, unchecked. Acquire: the host has read the entries before it. */
    int completionHead(int queueId) {
        return LittleEndian.i32Acquire(page, (long) queueId * PAIR_BYTES + HEAD);
    }

    void putSubmissionTail(int queueId, int value) {
        LittleEndian.putU32Release(page, (long) queueId * PAIR_BYTES, value);
    }

    void putCompletionHead(int queueId, int value) {
        LittleEndian.putU32Release(page, (long) queueId * PAIR_BYTES + HEAD, value);
    }

    /** What a read of BAR0 sees; doorbells are write-only, so this is for hosts that look anyway. */
    int read(long offset) {
        return LittleEndian.i32Acquire(page, offset);
    }

    void clear() {
        page.fill((byte) 0);
    }
}
