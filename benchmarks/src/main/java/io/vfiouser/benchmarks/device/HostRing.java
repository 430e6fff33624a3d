package io.vfiouser.benchmarks.device;

import io.vfiouser.nvme.spec.CompletionEntry;
import io.vfiouser.nvme.spec.ControllerRegisters;
import io.vfiouser.nvme.spec.Doorbells;
import io.vfiouser.nvme.spec.LittleEndian;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import java.lang.foreign.MemorySegment;

/** A submission queue and its completion queue from the host's side. Allocates nothing; one thread. */
public final class HostRing {
    private final int queueId;
    private final int entries;
    private final MemorySegment memory;
    private final MemorySegment doorbells;
    private final long submissionOffset;
    private final long completionOffset;
    private final long tailDoorbell;
    private final long headDoorbell;
    private int tail;
    private int head;
    private int phase = 1;

    /** Offsets are those in {@code memory}, which is the guest's view. */
    HostRing(
            int queueId,
            int entries,
            MemorySegment memory,
            MemorySegment doorbells,
            long submissionOffset,
            long completionOffset) {
        this.queueId = queueId;
        this.entries = entries;
        this.memory = memory;
        this.doorbells = doorbells;
        this.submissionOffset = submissionOffset;
        this.completionOffset = completionOffset;
        this.tailDoorbell = (long) Doorbells.submissionTail(queueId) - ControllerRegisters.DOORBELLS;
        this.headDoorbell = (long) Doorbells.completionHead(queueId) - ControllerRegisters.DOORBELLS;
    }

    /** Its identifier. */
    public int queueId() {
        return queueId;
    }

    long submissionOffset() {
        return submissionOffset;
    }

    long completionOffset() {
        return completionOffset;
    }

    /** Offset of the next free submission entry. */
    public long next() {
        return submissionOffset + (long) tail * SubmissionEntry.LENGTH_BYTES;
    }

    /** Which entry that is; also a command identifier that no outstanding command has. */
    public int slot() {
        return tail;
    }

    /** The next entry has been written. */
    public void advance() {
        tail = tail + 1 == entries ? 0 : tail + 1;
    }

    /** Tells the controller of the entries. */
    public void ring() {
        LittleEndian.putU32Release(doorbells, tailDoorbell, tail);
    }

    /**
     * Takes all completions that have arrived, and gives their places back.
     *
     * @return how many
     * @throws IllegalStateException if a command failed: its cost would be another's
     */
    public int reap() {
        int count = 0;
        while (true) {
            long second = CompletionEntry.second(memory, completionOffset + (long) head * CompletionEntry.LENGTH_BYTES);
            if (CompletionEntry.phase(second) != phase) {
                break;
            }
            if (CompletionEntry.statusField(second) != 0) {
                throw failed(second);
            }
            count++;
            if (++head == entries) {
                head = 0;
                phase ^= 1;
            }
        }
        if (count > 0) {
            LittleEndian.putU32Release(doorbells, headDoorbell, head);
        }
        return count;
    }

    private IllegalStateException failed(long second) {
        return new IllegalStateException("command %d of queue %d failed: %s"
                .formatted(
                        CompletionEntry.commandId(second),
                        queueId,
                        StatusCode.describe(CompletionEntry.statusField(second))));
    }
}
