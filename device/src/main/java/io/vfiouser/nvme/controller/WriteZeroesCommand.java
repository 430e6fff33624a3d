package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.spec.IoCommand;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import java.lang.foreign.MemorySegment;

/** Write Zeroes. NVM Command Set 1.1, section 3.3.8. Not limited by MDTS, since it transfers nothing. Zeroing a whole namespace at once (NSZ) is not offered. */
final class WriteZeroesCommand implements IoCommandHandler {
    private static final int NAMESPACE_ZEROES_BYTE = SubmissionEntry.CDW12 + 2;
    private static final int NAMESPACE_ZEROES_BIT = 7;

    @Override
    public int start(CommandSlot slot, MemorySegment entries, long offset) {
        long lba = SubmissionEntry.startingLba(entries, offset);
        int cdw12 = SubmissionEntry.cdw12(entries, offset);
        int blocks = IoCommand.blockCount(cdw12);
        int refused = BlockRange.check(slot, lba, blocks, cdw12);
        if (refused != CommandStatus.SUCCESS) {
            return refused;
        }
        if ((cdw12 & IoCommand.NAMESPACE_ZEROES) != 0) {
            return CommandStatus.of(StatusCode.INVALID_FIELD, NAMESPACE_ZEROES_BYTE, NAMESPACE_ZEROES_BIT);
        }
        boolean deallocate = (cdw12 & IoCommand.DEALLOCATE) != 0;
        slot.zeroBlocks(lba, blocks, slot.poller().durable(cdw12), deallocate);
        return slot.submit();
    }
}
