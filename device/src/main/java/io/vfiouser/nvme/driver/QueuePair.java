package io.vfiouser.nvme.driver;

import io.vfiouser.nvme.spec.CompletionEntry;
import io.vfiouser.nvme.spec.LittleEndian;
import io.vfiouser.nvme.spec.SubmissionEntry;
import java.lang.foreign.MemorySegment;

/**
 * A submission queue and its completion queue, one thread at a time. A submission is {@link #begin}, the entry written at
 * {@link #slotOffset}, {@link #commit}; {@link #ring} tells the controller. Nothing is allocated after construction.
 */
final class QueuePair implements AutoCloseable {

    /** {@link #begin} has no command identifier left. */
    static final int FULL = CommandSlots.NONE;

    private static final int SUBMISSION_SHIFT = 6;
    private static final int COMPLETION_SHIFT = 4;

    private final int queueId;
    private final int mask;
    private final DoorbellRegisters bar;
    private final Watchdog watchdog;
    private final long submissionDoorbell;
    private final long completionDoorbell;
    private final HostMemory memory;
    private final DmaBuffer submissionMemory;
    private final DmaBuffer completionMemory;
    private final MemorySegment submissions;
    private final MemorySegment completions;
    private final PrpLists prpLists;
    private final CommandSlots slots;
    private int timeoutTicks;

    private int tail;
    private int rungTail;
    private int reportedHead;
    private int completionHead;
    private int rungCompletionHead;
    private int phase = 1;
    private int seenTick;

    /**
     * @param entries of both queues; a power of two greater than {@code depth}
     * @param depth commands in flight at most
     */
    QueuePair(
            int queueId,
            int entries,
            int depth,
            HostMemory memory,
            DoorbellRegisters bar,
            Watchdog watchdog,
            long timeoutMillis,
            int maximumTransferBytes) {
        this.queueId = queueId;
        this.mask = entries - 1;
        this.memory = memory;
        this.bar = bar;
        this.watchdog = watchdog;
        this.timeoutTicks = Watchdog.ticks(timeoutMillis);
        this.submissionDoorbell = bar.submissionDoorbell(queueId);
        this.completionDoorbell = bar.completionDoorbell(queueId);
        this.submissionMemory = memory.allocate((long) entries << SUBMISSION_SHIFT);
        this.completionMemory = memory.allocate((long) entries << COMPLETION_SHIFT);
        this.submissions = submissionMemory.segment();
        this.completions = completionMemory.segment();
        this.prpLists = new PrpLists(memory, depth, maximumTransferBytes);
        this.slots = new CommandSlots(depth);
    }

    /** A pair as {@link #save} wrote it, whose queues the controller knows. */
    QueuePair(
            GuestStateReader from,
            int queueId,
            int entries,
            int depth,
            HostMemory memory,
            DoorbellRegisters bar,
            Watchdog watchdog,
            long timeoutMillis,
            int maximumTransferBytes) {
        this.queueId = queueId;
        this.mask = entries - 1;
        this.memory = memory;
        this.bar = bar;
        this.watchdog = watchdog;
        this.timeoutTicks = Watchdog.ticks(timeoutMillis);
        this.submissionDoorbell = bar.submissionDoorbell(queueId);
        this.completionDoorbell = bar.completionDoorbell(queueId);
        this.submissionMemory = memory.claim(from, (long) entries << SUBMISSION_SHIFT);
        this.completionMemory = memory.claim(from, (long) entries << COMPLETION_SHIFT);
        this.submissions = submissionMemory.segment();
        this.completions = completionMemory.segment();
        this.prpLists = new PrpLists(
                memory.claim(from, PrpLists.lengthBytes(depth, maximumTransferBytes)), depth, maximumTransferBytes);
        this.slots = new CommandSlots(from, depth, watchdog.tick());
        this.tail = from.i32(0, mask, "a tail");
        this.rungTail = from.i32(0, mask, "a tail");
        this.reportedHead = from.i32(0, mask, "a head");
        this.completionHead = from.i32(0, mask, "a head");
        this.rungCompletionHead = from.i32(0, mask, "a head");
        this.phase = from.i32(0, 1, "a phase");
    }

    void save(GuestStateWriter into) {
        submissionMemory.save(into);
        completionMemory.save(into);
        prpLists.save(into);
        slots.save(into);
        into.i32(tail).i32(rungTail).i32(reportedHead);
        into.i32(completionHead).i32(rungCompletionHead).i32(phase);
    }

    long[] tagsInFlight() {
        return slots.tagsInFlight();
    }

    /** Guest memory that a pair takes. */
    static long memoryBytes(int entries, int depth, int maximumTransferBytes) {
        return HostMemory.roundUp((long) entries << SUBMISSION_SHIFT, HostMemory.PAGE_BYTES)
                + HostMemory.roundUp((long) entries << COMPLETION_SHIFT, HostMemory.PAGE_BYTES)
                + PrpLists.lengthBytes(depth, maximumTransferBytes);
    }

    int queueId() {
        return queueId;
    }

    int entries() {
        return mask + 1;
    }

    int depth() {
        return slots.count();
    }

    int outstanding() {
        return slots.outstanding();
    }

    /** How long a command may take, without the time that the guest is paused; those in flight too. */
    void timeoutMillis(long millis) {
        timeoutTicks = Watchdog.ticks(millis);
    }

    long submissionBase() {
        return submissionMemory.iova();
    }

    long completionBase() {
        return completionMemory.iova();
    }

    DmaBuffer completionMemory() {
        return completionMemory;
    }

    MemorySegment submissions() {
        return submissions;
    }

    /** Takes a command identifier, or {@link #FULL}. Its entry goes to {@link #slotOffset}, then {@link #commit}. */
    int begin(long tag, boolean timed) {
        return slots.take(tag, timed ? watchdog.tick() : CommandSlots.NEVER);
    }

    /** Where the entry of the command that began goes. */
    long slotOffset() {
        return (long) tail << SUBMISSION_SHIFT;
    }

    /** PRP2 for the command that began and a contiguous buffer. */
    long prp2(int commandId, long iova, long lengthBytes) {
        return prpLists.second(slots.slot(commandId), iova, lengthBytes);
    }

    /** Marks data that the command that began carries to the controller. */
    void dataWritten(long iova, long lengthBytes) {
        memory.writtenAt(iova, lengthBytes);
    }

    void commit() {
        submissionMemory.written(slotOffset(), SubmissionEntry.LENGTH_BYTES);
        tail = tail + 1 & mask;
    }

    /** Copies an entry that somebody else wrote, under the identifier that {@link #begin} gave. */
    void put(MemorySegment entry, int commandId) {
        long offset = slotOffset();
        MemorySegment.copy(entry, 0, submissions, offset, SubmissionEntry.LENGTH_BYTES);
        LittleEndian.putU16(submissions, offset + 2, commandId);
        commit();
    }

    /** Tells the controller of all entries that were committed. */
    void ring() {
        int now = tail;
        if (now != rungTail) {
            rungTail = now;
            bar.ring(submissionDoorbell, now);
        }
    }

    /**
     * Hands over what completed, {@code limit} at most, after telling the controller of what was committed.
     *
     * @return how many
     * @throws NvmeProtocolException if the controller completed what was never submitted
     * @throws NvmeTimeoutException if a command has waited too long
     * @throws NvmeDisconnectedException if nothing completed and the server is gone
     */
    int poll(CompletionHandler handler, int limit) {
        ring();
        int done = 0;
        while (done < limit) {
            long offset = (long) completionHead << COMPLETION_SHIFT;
            long second = CompletionEntry.second(completions, offset);
            if (CompletionEntry.phase(second) != phase) {
                break;
            }
            int slot = accept(second);
            long result = CompletionEntry.result(completions, offset);
            completionHead = completionHead + 1 & mask;
            if (completionHead == 0) {
                phase ^= 1;
            }
            long tag = slots.release(slot);
            done++;
            handler.completed(tag, CompletionEntry.statusField(second), result);
        }
        if (completionHead != rungCompletionHead) {
            rungCompletionHead = completionHead;
            bar.ring(completionDoorbell, completionHead);
        }
        if (watchdog.tick() != seenTick) {
            seenTick = watchdog.tick();
            if (done == 0) {
                watchdog.check();
            }
            // also where others complete: one that was lost must not hide behind them
            checkTimeouts(seenTick);
        }
        return done;
    }

    /** Whether a completion waits; looks only. */
    boolean completionWaits() {
        return CompletionEntry.phase(CompletionEntry.second(completions, (long) completionHead << COMPLETION_SHIFT))
                == phase;
    }

    private int accept(long second) {
        int commandId = CompletionEntry.commandId(second);
        int head = CompletionEntry.submissionHead(second);
        if (CompletionEntry.submissionQueueId(second) != queueId) {
            throw bad(second, "names submission queue " + CompletionEntry.submissionQueueId(second));
        }
        int slot = slots.inFlight(commandId);
        if (slot == CommandSlots.NONE) {
            throw bad(second, "names command " + commandId + ", which is not in flight");
        }
        // The head may only move towards the tail that was rung.
        if (head > mask || (head - reportedHead & mask) > (rungTail - reportedHead & mask)) {
            throw bad(
                    second,
                    "moves the submission queue head to " + head + ", outside " + reportedHead + " to " + rungTail);
        }
        reportedHead = head;
        return slot;
    }

    private NvmeProtocolException bad(long second, String what) {
        return new NvmeProtocolException("completion queue " + queueId + ", entry " + completionHead + " (0x"
                + Long.toHexString(second) + "): the completion " + what);
    }

    private void checkTimeouts(int now) {
        int overdue = slots.overdue(now, timeoutTicks);
        if (overdue != CommandSlots.NONE) {
            throw new NvmeTimeoutException("command " + overdue + " of queue " + queueId + " was not completed within "
                    + (long) timeoutTicks * Watchdog.TICK_MILLIS + " ms" + bar.describeStatus());
        }
    }

    /** Gives the memory back; the controller must not use the queues any more. */
    @Override
    public void close() {
        submissionMemory.close();
        completionMemory.close();
        prpLists.close();
    }
}
