package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.spec.IoCommand;
import io.vfiouser.nvme.spec.SubmissionEntry;
import java.lang.foreign.MemorySegment;

/** Write Zeroes. NVM Command Set 1.1, section 3.3.8. Not limited by MDTS, since it transfers nothing. */
final class WriteZeroesCommand implements IoCommandHandler {
    @Override
    public int start(CommandSlot slot, MemorySegment entries, long offset) {
        long lba = SubmissionEntry.startingLba(entries, offset);
        int cdw12 = SubmissionEntry.cdw12(entries, offset);
        int blocks = IoCommand.blockCount(cdw12);
        if (!slot.namespace().holds(lba, blocks)) {
            return BlockRange.outOfRange();
        }
        boolean deallocate = (cdw12 & IoCommand.DEALLOCATE) != 0;
        slot.zeroBlocks(lba, blocks, slot.poller().durable(cdw12), deallocate);
        return slot.submit();
    }
}
