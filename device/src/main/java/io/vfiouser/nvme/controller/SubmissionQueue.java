package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.memory.Direction;
import io.vfiouser.nvme.spec.SubmissionEntry;
import org.jspecify.annotations.Nullable;

/**
 * A submission queue. Base 2.1, section 3.3.1. Belongs to the thread that polls it: the control thread for the admin queue, one
 * poller for an I/O queue.
 */
final class SubmissionQueue {
    private final int id;
    private final int entries;
    private final CompletionQueue completionQueue;
    private final QueueRing ring;
    private @Nullable ShadowDoorbell shadow;
    private int head;
    private int tail;
    private int refusedTail;

    SubmissionQueue(int id, int entries, long base, CompletionQueue completionQueue) {
        this.id = id;
        this.entries = entries;
        this.completionQueue = completionQueue;
        this.ring = new QueueRing(base, (long) entries * SubmissionEntry.LENGTH_BYTES, Direction.FROM_GUEST);
    }

    int id() {
        return id;
    }

    int entries() {
        return entries;
    }

    CompletionQueue completionQueue() {
        return completionQueue;
    }

    QueueRing ring() {
        return ring;
    }

    /** Index of the next entry to fetch: what completions report as SQHD. */
    int head() {
        return head;
    }

    /**
     * Takes the tail doorbell over if it is a value this queue can have. Entries between head and tail may then be fetched.
     *
     * @return whether the value is one that the queue cannot have and that was not seen before
     */
    boolean pollTail(DoorbellPage doorbells) {
        ShadowDoorbell own = shadow;
        int value = own == null ? doorbells.submissionTail(id) : own.value(tail);
        if (value == tail) {
            return false;
        }
        if (Integer.compareUnsigned(value, entries) >= 0) {
            boolean news = value != refusedTail;
            refusedTail = value;
            return news;
        }
        tail = value;
        refusedTail = 0;
        if (own != null) {
            own.leaveBehind(value);
        }
        return false;
    }

    /** The value that {@link #pollTail} refused. */
    int refusedTail() {
        return refusedTail;
    }

    /** The host has given buffers for doorbells; or, with null, it has not. While the queue's thread stands still. */
    void follow(@Nullable DoorbellBuffers buffers) {
        shadow = buffers == null ? null : buffers.submissionTail(this, tail);
    }

    /**
     * Asks the host to write the register when it moves the tail. Afterwards a full fence, then {@link #pollTail}.
     *
     * @return whether it was not asked already
     */
    boolean arm() {
        ShadowDoorbell own = shadow;
        return own != null && own.arm(tail);
    }

    /** How many entries may be fetched. */
    int available() {
        int count = tail - head;
        return count >= 0 ? count : count + entries;
    }

    /** Moves the head past one entry and returns that entry's offset in the ring's segment. */
    long take() {
        long offset = ring.offset() + (long) head * SubmissionEntry.LENGTH_BYTES;
        int next = head + 1;
        head = next == entries ? 0 : next;
        return offset;
    }
}
