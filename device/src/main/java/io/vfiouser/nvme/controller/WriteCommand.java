package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.memory.Direction;
import io.vfiouser.nvme.spec.IoCommand;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import java.lang.foreign.MemorySegment;

/** Write. NVM Command Set 1.1, section 3.3.6. */
final class WriteCommand implements IoCommandHandler {
    @Override
    public int start(CommandSlot slot, MemorySegment entries, long offset) {
        long lba = SubmissionEntry.startingLba(entries, offset);
        int cdw12 = SubmissionEntry.cdw12(entries, offset);
        int blocks = IoCommand.blockCount(cdw12);
        int refused = BlockRange.check(slot, lba, blocks);
        if (refused != CommandStatus.SUCCESS) {
            return refused;
        }
        if ((cdw12 & IoCommand.DTYPE_MASK) != 0) {
            return CommandStatus.of(StatusCode.INVALID_FIELD, SubmissionEntry.CDW12 + 2, 4);
        }
        long lengthBytes = (long) blocks << slot.namespace().blockShift();
        StatusCode resolved = slot.resolve(entries, offset, lengthBytes, Direction.FROM_GUEST);
        if (resolved != StatusCode.SUCCESS) {
            return CommandStatus.of(resolved, SubmissionEntry.PRP1);
        }
        slot.writeBlocks(lba, blocks, slot.poller().durable(cdw12));
        return slot.submit();
    }

    @Override
    public int completed(CommandSlot slot, int status) {
        if (status == CommandStatus.SUCCESS) {
            slot.poller().counters().written(slot.buffer().totalBytes());
        }
        return status;
    }
}
