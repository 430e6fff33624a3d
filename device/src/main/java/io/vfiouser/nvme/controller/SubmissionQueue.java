package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.memory.Direction;
import io.vfiouser.nvme.migration.DoorbellBufferState.ShadowDoorbellState;
import io.vfiouser.nvme.migration.SubmissionQueueState;
import io.vfiouser.nvme.spec.SubmissionEntry;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.BitSet;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A submission queue. Base 2.1, section 3.3.1. Belongs to the thread that polls it: the control thread for the admin queue, one
 * poller for an I/O queue.
 */
final class SubmissionQueue {
    private static final VarHandle ANNOUNCED = announcedHandle();

    private final int id;
    private final int entries;
    private final CompletionQueue completionQueue;
    private final QueueRing ring;
    private @Nullable ShadowDoorbell shadow;
    private int head;
    private int tail;
    private int refusedTail;
    /** Entries that the host has announced ever. */
    private long announced;
    /** Indexes of entries that an Abort named before they were fetched. */
    private final BitSet aborted = new BitSet();

    private boolean anyAborted;

    SubmissionQueue(int id, int entries, long base, CompletionQueue completionQueue) {
        this.id = id;
        this.entries = entries;
        this.completionQueue = completionQueue;
        this.ring = new QueueRing(base, (long) entries * SubmissionEntry.LENGTH_BYTES, Direction.FROM_GUEST);
    }

    /** A queue as it was in the controller that this one takes over from. Its memory is still to be {@linkplain QueueRing#map found}. */
    static SubmissionQueue of(SubmissionQueueState state, CompletionQueue completionQueue) {
        SubmissionQueue queue = new SubmissionQueue(state.id(), state.entries(), state.base(), completionQueue);
        queue.head = state.head();
        queue.tail = state.tail();
        state.abortedEntries().forEach(queue.aborted::set);
        queue.anyAborted = !queue.aborted.isEmpty();
        return queue;
    }

    /** All that makes the queue. While its thread stands still. */
    SubmissionQueueState state() {
        return new SubmissionQueueState(
                id,
                ring.base(),
                entries,
                true,
                0,
                completionQueue.id(),
                head,
                tail,
                aborted.stream().boxed().toList());
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

    /** Index behind the last entry that the host has announced. */
    int tail() {
        return tail;
    }

    /**
     * Takes the tail doorbell over if it is a value this queue can have. Entries between head and tail may then be fetched.
     *
     * @return whether the value is one that the queue cannot have and that was not seen before
     */
    boolean pollTail(DoorbellPage doorbells) {
        int before = tail;
        boolean news = readTail(doorbells);
        ShadowDoorbell own = shadow;
        if (own != null && tail != before) {
            own.leaveBehind(tail);
        }
        return news;
    }

    /** As {@link #pollTail}, but nothing is written into guest memory. */
    boolean readTail(DoorbellPage doorbells) {
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
        int more = value - tail;
        ANNOUNCED.setOpaque(this, announced + (more >= 0 ? more : more + entries));
        tail = value;
        refusedTail = 0;
        return false;
    }

    /** How many commands the host has announced since there is this queue: what it has to do with the load. Any thread. */
    long announced() {
        return (long) ANNOUNCED.getOpaque(this);
    }

    /** The doorbell as {@link #pollTail} read it last, whether it was taken or refused. */
    int doorbellRead() {
        return refusedTail != 0 ? refusedTail : tail;
    }

    /** The value that {@link #pollTail} refused. */
    int refusedTail() {
        return refusedTail;
    }

    /** The host has given buffers for doorbells; or, with null, it has not. While the queue's thread stands still. */
    void follow(@Nullable DoorbellBuffers buffers) {
        shadow = buffers == null ? null : buffers.submissionTail(this, tail);
    }

    /** As {@link #follow}, with what was known of the shadow doorbell already. */
    void goOnFollowing(DoorbellBuffers buffers, ShadowDoorbellState state) {
        shadow = buffers.doorbell(DoorbellPage.submissionTailOffset(id), entries, state);
    }

    /** Whether the host has given a buffer for the doorbell. */
    boolean followsShadow() {
        return shadow != null;
    }

    /** What is known of the shadow doorbell, if the host has one. */
    Optional<ShadowDoorbellState> shadowState() {
        return Optional.ofNullable(shadow).map(ShadowDoorbell::state);
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

    /** Offset of the next entry to fetch in the ring's segment. */
    long next() {
        return ring.offset() + (long) head * SubmissionEntry.LENGTH_BYTES;
    }

    /** Offset of the entry after the {@link #next}. */
    long nextButOne() {
        return after(next());
    }

    /** Offset of the entry after the one at an offset. */
    long after(long offset) {
        long behind = offset + SubmissionEntry.LENGTH_BYTES;
        return behind == ring.offset() + (long) entries * SubmissionEntry.LENGTH_BYTES ? ring.offset() : behind;
    }

    /** Moves the head past one entry and returns that entry's offset in the ring's segment. */
    long take() {
        long offset = next();
        int taken = head + 1;
        head = taken == entries ? 0 : taken;
        return offset;
    }

    /**
     * Marks an entry that is in the queue and was not fetched: its command is aborted instead of being executed. Control thread, while its
     * poller stands still.
     *
     * @return whether there is an entry with this command identifier
     */
    boolean abort(int commandId) {
        if (!ring.mapped()) {
            return false;
        }
        int at = head;
        for (int i = available(); i > 0; i--) {
            long offset = ring.offset() + (long) at * SubmissionEntry.LENGTH_BYTES;
            if (!aborted.get(at)
                    && SubmissionEntry.commandId(SubmissionEntry.cdw0(ring.segment(), offset)) == commandId) {
                aborted.set(at);
                anyAborted = true;
                return true;
            }
            at = at + 1 == entries ? 0 : at + 1;
        }
        return false;
    }

    /** Whether the entry that was fetched last, from this offset, is to be aborted. */
    boolean takeAbort(long offset) {
        if (!anyAborted) {
            return false;
        }
        int index = (int) ((offset - ring.offset()) / SubmissionEntry.LENGTH_BYTES);
        boolean marked = aborted.get(index);
        aborted.clear(index);
        anyAborted = !aborted.isEmpty();
        return marked;
    }

    private static VarHandle announcedHandle() {
        try {
            return MethodHandles.lookup().findVarHandle(SubmissionQueue.class, "announced", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }
}
