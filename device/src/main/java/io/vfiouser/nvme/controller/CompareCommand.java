package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.memory.Direction;
import io.vfiouser.nvme.spec.IoCommand;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import java.lang.foreign.MemorySegment;

/**
 * Compare. NVM Command Set 1.1, section 3.3.1. The blocks are read piece by piece into memory of this process and compared there, so that
 * the guest's memory is only read.
 */
final class CompareCommand implements IoCommandHandler {
    static final CompareCommand INSTANCE = new CompareCommand();

    private static final int PREPARED = 0;
    private static final int PREPARED_TO_FLUSH = 1;
    private static final int FLUSHING = 2;
    private static final int READING = 3;

    private CompareCommand() {}

    @Override
    public int start(CommandSlot slot, MemorySegment entries, long offset) {
        int refused = prepare(slot, entries, offset);
        return refused == CommandStatus.SUCCESS ? begin(slot) : refused;
    }

    /** Checks the command and resolves its data pointer: whether it can be executed. */
    int prepare(CommandSlot slot, MemorySegment entries, long offset) {
        long lba = SubmissionEntry.startingLba(entries, offset);
        int cdw12 = SubmissionEntry.cdw12(entries, offset);
        int blocks = IoCommand.blockCount(cdw12);
        int refused = BlockRange.checkTransfer(slot, lba, blocks, cdw12);
        if (refused != CommandStatus.SUCCESS) {
            return refused;
        }
        long lengthBytes = (long) blocks << slot.namespace().blockShift();
        slot.keepRange(lba, blocks);
        slot.step = BlockRange.flushesFirst(slot, cdw12) ? PREPARED_TO_FLUSH : PREPARED;
        return slot.resolve(entries, offset, lengthBytes, Direction.FROM_GUEST);
    }

    /** Executes a command that was prepared, as soon as there is something to work with. Returns {@link CommandStatus#PENDING}. */
    int begin(CommandSlot slot) {
        if (slot.poller().comparisons().assign(slot)) {
            assigned(slot);
        }
        return CommandStatus.PENDING;
    }

    /** The command has something to work with. */
    static void assigned(CommandSlot slot) {
        if (slot.exclusive()) {
            slot.poller().requestBlocks(slot);
        } else {
            go(slot);
        }
    }

    /** The command, of a fused operation, has its blocks for itself. */
    static void granted(CommandSlot slot) {
        slot.endWait();
        go(slot);
    }

    private static void go(CommandSlot slot) {
        int ignored;
        if (slot.step == PREPARED_TO_FLUSH) {
            slot.step = FLUSHING;
            slot.flush();
            ignored = slot.submit();
        } else {
            ignored = readNext(slot, comparison(slot));
        }
    }

    @Override
    public int completed(CommandSlot slot, int status) {
        if (status != CommandStatus.SUCCESS) {
            return status;
        }
        Comparison comparison = comparison(slot);
        if (slot.step == READING) {
            int shift = slot.namespace().blockShift();
            long different = comparison.compare(slot.data().totalBytes());
            if (different >= 0) {
                slot.report(slot.rangeStart() + (different >>> shift));
                return CommandStatus.of(StatusCode.COMPARE_FAILURE);
            }
        }
        if (comparison.leftBytes() == 0) {
            slot.poller().counters().read(comparison.doneBytes());
            return CommandStatus.SUCCESS;
        }
        return slot.stopWanted() ? CommandStatus.of(StatusCode.COMMAND_ABORT_REQUESTED) : readNext(slot, comparison);
    }

    private static int readNext(CommandSlot slot, Comparison comparison) {
        slot.step = READING;
        int shift = slot.namespace().blockShift();
        long lengthBytes = Math.min(comparison.leftBytes(), Comparison.CHUNK_BYTES);
        comparison.describe(slot.data(), lengthBytes);
        slot.readBlocks(slot.rangeStart() + (comparison.doneBytes() >>> shift), lengthBytes >>> shift);
        return slot.submit();
    }

    private static Comparison comparison(CommandSlot slot) {
        Comparison comparison = slot.comparison();
        if (comparison == null) {
            throw new IllegalStateException("a Compare without anything to compare with");
        }
        return comparison;
    }
}
