package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.spec.IoCommand;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import java.lang.foreign.MemorySegment;

/** Verify. NVM Command Set 1.1, section 3.3.5. No longer than a transfer, as Identify Controller's VSL announces. */
final class VerifyCommand implements IoCommandHandler {
    private static final int VERIFYING = 0;
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
        slot.keepRange(lba, blocks);
        if (BlockRange.flushesFirst(slot, cdw12)) {
            slot.step = FLUSHING;
            slot.flush();
            return slot.submit();
        }
        return verify(slot);
    }

    @Override
    public int completed(CommandSlot slot, int status) {
        if (status != CommandStatus.SUCCESS) {
            return status;
        }
        if (slot.step == FLUSHING) {
            return slot.stopWanted() ? CommandStatus.of(StatusCode.COMMAND_ABORT_REQUESTED) : verify(slot);
        }
        slot.poller()
                .counters()
                .verified((long) slot.rangeBlocks() << slot.namespace().blockShift());
        return status;
    }

    private static int verify(CommandSlot slot) {
        slot.step = VERIFYING;
        slot.verifyBlocks(slot.rangeStart(), slot.rangeBlocks());
        return slot.submit();
    }
}
