package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.spec.NativeMemory;
import io.vfiouser.nvme.spec.NvmOpcode;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import java.lang.foreign.MemorySegment;

/**
 * Fused operations: Compare and Write, the only one there is. Base 2.1, section 3.4.2; NVM Command Set 1.1, section 3.2.1. The
 * two commands are checked before either has an effect; their blocks are their own from before the first is read until the last is
 * written; their completions are posted together, in order.
 *
 * <p>If a command fails, the other one is aborted as of a failed fused command, but for a Compare that had succeeded before its Write
 * failed. Poller's thread.
 */
final class FusedCommands {
    /** The most blocks that are compared and written atomically: ACWU. */
    static final int BLOCKS = 128;

    private static final int FUSE_REFUSED =
            CommandStatus.of(StatusCode.INVALID_FIELD, SubmissionEntry.FLAGS_BYTE, SubmissionEntry.FUSE_BIT);
    private static final int MISSING = CommandStatus.of(StatusCode.ABORTED_MISSING_FUSED);
    private static final int OTHER_FAILED = CommandStatus.of(StatusCode.ABORTED_FAILED_FUSED);
    private static final int ABORTED = CommandStatus.of(StatusCode.COMMAND_ABORT_REQUESTED);
    /** A completion queue must have room for two completions at once: one entry more than that. */
    private static final int COMPLETION_ENTRIES = 3;

    private final QueuePoller poller;

    FusedCommands(QueuePoller poller) {
        this.poller = poller;
    }

    /**
     * Fetches from a queue whose next entry has a FUSE that is not 0: one entry if it is not followed by the one that belongs to it, as
     * it must be within one update of the doorbell; else two.
     *
     * @param first the first quadword of the next entry
     * @return how many entries were taken; 0 if two are to be and there is no room
     */
    int fetch(SubmissionQueue queue, MemorySegment entries, long first) {
        int fuse = SubmissionEntry.fused((int) first);
        if (fuse != SubmissionEntry.FUSE_FIRST) {
            return refuse(queue, first, fuse == SubmissionEntry.FUSE_SECOND ? MISSING : FUSE_REFUSED);
        }
        if (queue.available() < 2) {
            return refuse(queue, first, MISSING);
        }
        long second = NativeMemory.i64(entries, queue.nextButOne() + SubmissionEntry.CDW0);
        if (SubmissionEntry.fused((int) second) != SubmissionEntry.FUSE_SECOND) {
            return refuse(queue, first, MISSING);
        }
        if (queue.completionQueue().entries() < COMPLETION_ENTRIES) {
            return refuse(queue, first, FUSE_REFUSED);
        }
        if (!poller.roomForTwo(queue)) {
            return 0;
        }
        long compareOffset = queue.next();
        CommandSlot compare = poller.accept(queue, first);
        boolean compareAborted = queue.takeAbort(compareOffset);
        long writeOffset = queue.next();
        CommandSlot write = poller.accept(queue, second);
        boolean writeAborted = queue.takeAbort(writeOffset);
        if (compareAborted || writeAborted) {
            poller.finish(compare, compareAborted ? ABORTED : OTHER_FAILED);
            poller.finish(write, writeAborted ? ABORTED : OTHER_FAILED);
            return 2;
        }
        try {
            start(compare, write, (int) first, (int) second, entries, compareOffset, writeOffset);
        } catch (RuntimeException e) {
            poller.handlerFailed(compare, e);
            poller.handlerFailed(write, e);
        }
        return 2;
    }

    private int refuse(SubmissionQueue queue, long first, int status) {
        long offset = queue.next();
        CommandSlot slot = poller.accept(queue, first);
        poller.finish(slot, queue.takeAbort(offset) ? ABORTED : status);
        return 1;
    }

    private void start(
            CommandSlot compare,
            CommandSlot write,
            int compareCdw0,
            int writeCdw0,
            MemorySegment entries,
            long compareOffset,
            long writeOffset) {
        if (compare.opcode() != NvmOpcode.COMPARE || write.opcode() != NvmOpcode.WRITE) {
            refuseBoth(compare, write, FUSE_REFUSED);
            return;
        }
        if (compare.namespaceId() != write.namespaceId()) {
            refuseBoth(compare, write, CommandStatus.of(StatusCode.INVALID_FIELD, SubmissionEntry.NSID));
            return;
        }
        int refused = poller.admit(compare, CompareCommand.INSTANCE, compareCdw0);
        if (refused == CommandStatus.SUCCESS) {
            refused = CompareCommand.INSTANCE.prepare(compare, entries, compareOffset);
        }
        if (refused == CommandStatus.SUCCESS && compare.rangeBlocks() > BLOCKS) {
            refused = CommandStatus.of(StatusCode.ATOMIC_WRITE_UNIT_EXCEEDED, SubmissionEntry.CDW12);
        }
        if (refused != CommandStatus.SUCCESS) {
            poller.finish(compare, refused);
            poller.finish(write, OTHER_FAILED);
            return;
        }
        refused = poller.admit(write, WriteCommand.INSTANCE, writeCdw0);
        if (refused == CommandStatus.SUCCESS) {
            refused = WriteCommand.INSTANCE.prepare(write, entries, writeOffset);
        }
        if (refused != CommandStatus.SUCCESS) {
            poller.finish(compare, OTHER_FAILED);
            poller.finish(write, refused);
            return;
        }
        if (compare.rangeStart() != write.rangeStart()) {
            refuseBoth(compare, write, CommandStatus.of(StatusCode.INVALID_FIELD, SubmissionEntry.CDW10));
            return;
        }
        if (compare.rangeBlocks() != write.rangeBlocks()) {
            refuseBoth(compare, write, CommandStatus.of(StatusCode.INVALID_FIELD, SubmissionEntry.CDW12));
            return;
        }
        compare.partner(write);
        write.partner(compare);
        int ignored = CompareCommand.INSTANCE.begin(compare);
    }

    private void refuseBoth(CommandSlot compare, CommandSlot write, int status) {
        poller.finish(compare, status);
        poller.finish(write, status);
    }

    /** One of two commands that belong together has ended. */
    void ended(CommandSlot slot, CommandSlot other, int status) {
        if (slot.opcode() == NvmOpcode.WRITE) {
            complete(other, CommandStatus.SUCCESS, slot, status);
        } else if (status != CommandStatus.SUCCESS) {
            boolean writeNamed = status == ABORTED && other.stopWanted();
            complete(slot, writeNamed ? OTHER_FAILED : status, other, writeNamed ? ABORTED : OTHER_FAILED);
        } else if (slot.stopWanted() || other.stopWanted() || poller.discarding()) {
            complete(
                    slot,
                    slot.stopWanted() ? ABORTED : OTHER_FAILED,
                    other,
                    other.stopWanted() ? ABORTED : OTHER_FAILED);
        } else {
            int ignored = other.submit();
        }
    }

    private void complete(CommandSlot compare, int compareStatus, CommandSlot write, int writeStatus) {
        RangeGate gate = compare.namespace().gate();
        compare.partner(null);
        write.partner(null);
        poller.finish(compare, compareStatus);
        poller.finish(write, writeStatus);
        gate.ended(compare);
    }
}
