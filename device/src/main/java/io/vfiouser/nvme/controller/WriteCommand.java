package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.memory.Direction;
import io.vfiouser.nvme.spec.IoCommand;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import java.lang.foreign.MemorySegment;

/** Write. NVM Command Set 1.1, section 3.3.6. */
final class WriteCommand implements IoCommandHandler {
    static final WriteCommand INSTANCE = new WriteCommand();

    private static final int DTYPE_BYTE = SubmissionEntry.CDW12 + 2;
    private static final int DTYPE_BIT = 4;

    private WriteCommand() {}

    @Override
    public int start(CommandSlot slot, MemorySegment entries, long offset) {
        int refused = prepare(slot, entries, offset);
        return refused == CommandStatus.SUCCESS ? slot.submit() : refused;
    }

    /** Checks the command, resolves its data pointer and describes the request: all but submitting it. */
    int prepare(CommandSlot slot, MemorySegment entries, long offset) {
        long lba = SubmissionEntry.startingLba(entries, offset);
        int cdw12 = SubmissionEntry.cdw12(entries, offset);
        int blocks = IoCommand.blockCount(cdw12);
        int refused = BlockRange.checkTransfer(slot, lba, blocks, cdw12);
        if (refused != CommandStatus.SUCCESS) {
            return refused;
        }
        if ((cdw12 & IoCommand.DTYPE_MASK) != 0) {
            return CommandStatus.of(StatusCode.INVALID_FIELD, DTYPE_BYTE, DTYPE_BIT);
        }
        long lengthBytes = (long) blocks << slot.namespace().blockShift();
        refused = slot.resolve(entries, offset, lengthBytes, Direction.FROM_GUEST);
        if (refused != CommandStatus.SUCCESS) {
            return refused;
        }
        slot.keepRange(lba, blocks);
        slot.writeBlocks(lba, blocks, slot.poller().durable(cdw12));
        return CommandStatus.SUCCESS;
    }

    @Override
    public int completed(CommandSlot slot, int status) {
        if (status == CommandStatus.SUCCESS) {
            slot.poller().counters().written(slot.buffer().totalBytes());
        }
        return status;
    }
}
