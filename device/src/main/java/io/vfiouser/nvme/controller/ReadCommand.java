package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.memory.Direction;
import io.vfiouser.nvme.spec.IoCommand;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import java.lang.foreign.MemorySegment;

/** Read. NVM Command Set 1.1, section 3.3.4. */
final class ReadCommand implements IoCommandHandler {
    private static final int READING = 0;
    private static final int FLUSHING = 1;

    @Override
    public int start(CommandSlot slot, MemorySegment entries, long offset) {
        long lba = SubmissionEntry.startingLba(entries, offset);
        int cdw12 = SubmissionEntry.cdw12(entries, offset);
        int blocks = IoCommand.blockCount(cdw12);
        int refused = BlockRange.check(slot, lba, blocks);
        if (refused != CommandStatus.SUCCESS) {
            return refused;
        }
        long lengthBytes = (long) blocks << slot.namespace().blockShift();
        StatusCode resolved = slot.resolve(entries, offset, lengthBytes, Direction.TO_GUEST);
        if (resolved != StatusCode.SUCCESS) {
            return CommandStatus.of(resolved, SubmissionEntry.PRP1);
        }
        // Force Unit Access asks for data that is on the medium; what is in a cache may be a write that a crash undoes.
        if ((cdw12 & IoCommand.FUA) != 0 && slot.namespace().namespace().hasVolatileCache()) {
            slot.step = FLUSHING;
            slot.keepRange(lba, blocks);
            slot.flush();
            return slot.submit();
        }
        slot.step = READING;
        slot.readBlocks(lba, blocks);
        return slot.submit();
    }

    @Override
    public int completed(CommandSlot slot, int status) {
        if (slot.step == FLUSHING && status == CommandStatus.SUCCESS) {
            slot.step = READING;
            slot.readBlocks(slot.rangeStart(), slot.rangeBlocks());
            return slot.submit();
        }
        // After a failure too: the back end may have filled a part.
        slot.buffer().markDirty();
        if (status == CommandStatus.SUCCESS) {
            slot.poller().counters().read(slot.buffer().totalBytes());
        }
        return status;
    }
}
