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
        int refused = BlockRange.checkTransfer(slot, lba, blocks, cdw12);
        if (refused != CommandStatus.SUCCESS) {
            return refused;
        }
        long lengthBytes = (long) blocks << slot.namespace().blockShift();
        refused = slot.resolve(entries, offset, lengthBytes, Direction.TO_GUEST);
        if (refused != CommandStatus.SUCCESS) {
            return refused;
        }
        if (BlockRange.flushesFirst(slot, cdw12)) {
            slot.step = FLUSHING;
            slot.keepRange(lba, blocks);
            slot.flush();
            return slot.submit();
        }
        if (slot.step != READING) {
            slot.step = READING;
        }
        slot.readBlocks(lba, blocks);
        return slot.submit();
    }

    @Override
    public int completed(CommandSlot slot, int status) {
        if (slot.step == FLUSHING && status == CommandStatus.SUCCESS) {
            if (slot.stopWanted()) {
                return CommandStatus.of(StatusCode.COMMAND_ABORT_REQUESTED);
            }
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
