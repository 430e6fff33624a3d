package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.memory.Direction;
import io.vfiouser.nvme.migration.CompletionQueueState;
import io.vfiouser.nvme.migration.DoorbellBufferState.ShadowDoorbellState;
import io.vfiouser.nvme.spec.CompletionEntry;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A completion queue. Base 2.1, section 3.3.1. Belongs to the thread that posts into it.
 *
 * <p>Room is {@linkplain #reserve reserved} when a command is fetched and given back by posting its completion, so that posting
 * always finds room.
 *
 * <p>Host and controller fight for the cache line that the next entry is in: the host polls it, and each entry that is stored takes it
 * away from there, which holds up all that is stored afterwards. So entries are stored a line at a time, those of a line that does not fill
 * up at the end of the batch, or before a command that takes long. The completion of a command that comes alone has its line {@linkplain
 * #expectPost taken} while the command's entry is on its way.
 */
final class CompletionQueue {
    private static final int ENTRIES_OF_A_LINE = 64 / CompletionEntry.LENGTH_BYTES;

    private final int id;
    private final int entries;
    private final boolean interrupts;
    private final int vector;
    private final QueueRing ring;
    private @Nullable ShadowDoorbell shadow;
    private int head;
    private int tail;
    private int phase = 1;
    private int reserved;
    private int refusedHead;
    private int batchStart;
    private boolean batchOpen;
    /** Entries that end at {@link #tail} and are not in the ring yet. */
    private final long[] pendingResults = new long[ENTRIES_OF_A_LINE];

    private final long[] pendingSeconds = new long[ENTRIES_OF_A_LINE];
    private int pending;
    /** How many entries were stored last whose result is 0; not beyond the number of entries, all of which have none then. */
    private int withoutResult;
    /** The {@link QueueRing#lookups lookup} of the ring for which that holds. */
    private int knownLookup;

    private int submissionQueues;
    /** Completions since the last interrupt, while that is withheld. */
    private int withheld;
    /** Whether it is among the poller's {@link WithheldInterrupts}. */
    private boolean listed;

    private boolean dueKnown;
    private long interruptDue;

    CompletionQueue(int id, int entries, long base, boolean interrupts, int vector) {
        this.id = id;
        this.entries = entries;
        this.interrupts = interrupts;
        this.vector = vector;
        this.ring = new QueueRing(base, (long) entries * CompletionEntry.LENGTH_BYTES, Direction.TO_GUEST);
    }

    /** A queue as it was in the controller that this one takes over from. Its memory is still to be {@linkplain QueueRing#map found}. */
    static CompletionQueue of(CompletionQueueState state) {
        CompletionQueue queue = new CompletionQueue(
                state.id(), state.entries(), state.base(), state.interruptsEnabled(), state.vector());
        queue.head = state.head();
        queue.tail = state.tail();
        queue.phase = state.phase() ? 1 : 0;
        return queue;
    }

    /** All that makes the queue, but for room that is reserved. While its thread stands still. */
    CompletionQueueState state() {
        return new CompletionQueueState(id, ring.base(), entries, true, interrupts, vector, head, tail, phase == 1);
    }

    int id() {
        return id;
    }

    int entries() {
        return entries;
    }

    int vector() {
        return vector;
    }

    /** Index of the first entry that the host has not consumed. */
    int head() {
        return head;
    }

    QueueRing ring() {
        return ring;
    }

    /** Whether the host is to be interrupted, since there is something that it has not consumed. */
    boolean owesInterrupt() {
        return interrupts && head != tail;
    }

    /** How many submission queues post here. Control thread only. */
    int submissionQueues() {
        return submissionQueues;
    }

    void submissionQueueAdded() {
        submissionQueues++;
    }

    void submissionQueueRemoved() {
        submissionQueues--;
    }

    /** For how many more commands there is room, as far as is known without {@link #pollHead}. */
    int room() {
        int used = tail - head;
        if (used < 0) {
            used += entries;
        }
        return entries - 1 - used - reserved;
    }

    /** Sets room aside for one completion. */
    void reserve() {
        reserved++;
    }

    /** Whether commands are under way that will complete here. While its thread stands still. */
    boolean expectsCompletions() {
        return reserved != 0;
    }

    /** Gives reserved room back without a completion. */
    void unreserve() {
        reserved--;
    }

    /**
     * Takes the head doorbell over if the host can have consumed that far.
     *
     * @return whether the value is one that the queue cannot have and that was not seen before
     */
    boolean pollHead(DoorbellPage doorbells) {
        int before = head;
        boolean news = readHead(doorbells);
        ShadowDoorbell own = shadow;
        if (own != null && head != before) {
            own.leaveBehind(head);
        }
        return news;
    }

    /** As {@link #pollHead}, but nothing is written into guest memory. */
    boolean readHead(DoorbellPage doorbells) {
        ShadowDoorbell own = shadow;
        int value = own == null ? doorbells.completionHead(id) : own.value(head);
        if (value == head) {
            return false;
        }
        int posted = tail - head;
        if (posted < 0) {
            posted += entries;
        }
        int consumed = value - head;
        if (consumed < 0) {
            consumed += entries;
        }
        if (Integer.compareUnsigned(value, entries) >= 0 || consumed > posted) {
            boolean news = value != refusedHead;
            refusedHead = value;
            return news;
        }
        head = value;
        refusedHead = 0;
        return false;
    }

    /** The value that {@link #pollHead} refused. */
    int refusedHead() {
        return refusedHead;
    }

    /** The host has given buffers for doorbells; or, with null, it has not. While the queue's thread stands still. */
    void follow(@Nullable DoorbellBuffers buffers) {
        shadow = buffers == null ? null : buffers.completionHead(this, head);
    }

    /** As {@link #follow}, with what was known of the shadow doorbell already. */
    void goOnFollowing(DoorbellBuffers buffers, ShadowDoorbellState state) {
        shadow = buffers.doorbell(DoorbellPage.completionHeadOffset(id), entries, state);
    }

    /** What is known of the shadow doorbell, if the host has one. */
    Optional<ShadowDoorbellState> shadowState() {
        return Optional.ofNullable(shadow).map(ShadowDoorbell::state);
    }

    /**
     * Asks the host to write the register when it makes room, if there is none; as long as there is, nobody waits for it. Afterwards a
     * full fence, then {@link #pollHead}.
     *
     * @return whether it was not asked already
     */
    boolean arm() {
        ShadowDoorbell own = shadow;
        return own != null && room() <= 0 && own.arm(head);
    }

    /**
     * Posts one completion into room that was {@linkplain #reserve reserved}. The host sees it when its cache line is full, or when
     * {@link #publish} or the end of the batch comes: see the class.
     *
     * @param result DW0 in the low half, DW1 in the high half
     * @return whether this is the first of a batch, which {@link #endBatch} ends
     */
    boolean post(SubmissionQueue submissionQueue, int commandId, int statusField, long result) {
        reserved--;
        pendingResults[pending] = result;
        pendingSeconds[pending] =
                CompletionEntry.second(submissionQueue.head(), submissionQueue.id(), commandId, statusField, phase);
        pending++;
        boolean first = !batchOpen;
        if (first) {
            batchOpen = true;
            batchStart = tail;
        }
        int next = tail + 1;
        if (next == entries) {
            next = 0;
            phase ^= 1;
        }
        tail = next;
        if ((next & ENTRIES_OF_A_LINE - 1) == 0) {
            publish();
        }
        return first;
    }

    /**
     * A completion will soon be stored into the next entry, for a host that waits for it. Its cache line, which the host's processor has, is asked
     * for now: at the end it would be asked for only then. Changes nothing in the ring: only for entries that are known to have no result.
     */
    void expectPost() {
        if (withoutResult == entries && knownLookup == ring.lookups() && ring.mapped()) {
            CompletionEntry.takeLine(ring.segment(), ring.offset() + (long) tail * CompletionEntry.LENGTH_BYTES);
        }
    }

    /** Lets the host see all that was posted. */
    void publish() {
        int count = pending;
        pending = 0;
        if (count == 0 || !ring.mapped()) {
            return;
        }
        int index = (tail == 0 ? entries : tail) - count;
        long offset = ring.offset() + (long) index * CompletionEntry.LENGTH_BYTES;
        long results = 0;
        for (int i = 0; i < count; i++) {
            results |= pendingResults[i];
            CompletionEntry.publish(ring.segment(), offset, pendingResults[i], pendingSeconds[i]);
            offset += CompletionEntry.LENGTH_BYTES;
        }
        noteResults(results != 0, count);
    }

    private void noteResults(boolean any, int count) {
        int before = withoutResult;
        if (knownLookup != ring.lookups()) {
            knownLookup = ring.lookups();
            before = 0;
        }
        int now = any ? 0 : Math.min(entries, before + count);
        // Mostly the same: a store less.
        if (withoutResult != now) {
            withoutResult = now;
        }
    }

    /** Ends a batch of completions: marks what was written, then raises the interrupt. */
    void endBatch(InterruptSink sink) {
        closeBatch();
        if (interrupts) {
            sink.raise(vector);
        }
    }

    /**
     * Ends a batch of completions, whose interrupt may have to wait.
     *
     * @return whether the queue is to be looked after from now on, until {@link #stillWithheld} denies it
     */
    boolean endBatch(InterruptCoalescing coalescing, InterruptSink sink) {
        int posted = closeBatch();
        if (!interrupts) {
            return false;
        }
        if (!coalescing.covers(vector)) {
            sink.raise(vector);
            return false;
        }
        if (withheld == 0) {
            dueKnown = false;
        }
        withheld += posted;
        if (coalescing.enough(withheld)) {
            raiseWithheld(sink);
            return false;
        }
        boolean news = !listed;
        listed = true;
        return news;
    }

    /** Raises the interrupt if it was withheld long enough. Returns whether it goes on waiting. */
    boolean stillWithheld(long nowNanos, long allowedNanos, InterruptSink sink) {
        if (withheld > 0) {
            if (!dueKnown) {
                dueKnown = true;
                interruptDue = nowNanos + allowedNanos;
            }
            if (nowNanos - interruptDue < 0) {
                return true;
            }
            raiseWithheld(sink);
        }
        listed = false;
        return false;
    }

    /** When {@link #stillWithheld} will raise the interrupt. */
    long interruptDue() {
        return interruptDue;
    }

    private void raiseWithheld(InterruptSink sink) {
        if (withheld > 0) {
            withheld = 0;
            sink.raise(vector);
        }
    }

    /** Raises the interrupt if it is withheld; the queue is not looked after any more. */
    void endWithholding(InterruptSink sink) {
        raiseWithheld(sink);
        listed = false;
    }

    private int closeBatch() {
        publish();
        batchOpen = false;
        int posted = tail - batchStart;
        if (ring.mapped()) {
            if (batchStart < tail) {
                markDirty(batchStart, tail);
            } else {
                markDirty(batchStart, entries);
                markDirty(0, tail);
            }
        }
        return posted > 0 ? posted : posted + entries;
    }

    private void markDirty(int from, int to) {
        if (to > from) {
            ring.markDirty(
                    (long) from * CompletionEntry.LENGTH_BYTES, (long) (to - from) * CompletionEntry.LENGTH_BYTES);
        }
    }
}
