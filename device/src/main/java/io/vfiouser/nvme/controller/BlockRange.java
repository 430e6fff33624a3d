package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.spec.IoCommand;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;

/**
 * What the commands that name blocks in CDW10 to CDW12 have to check. Limited Retry asks for less than is done; PRINFO and Storage Tag
 * Check are ignored, since no namespace has protection information (NVM Command Set 1.1, section 5.2).
 */
final class BlockRange {
    private static final int CETYPE_BYTE = SubmissionEntry.CDW12 + 2;

    private BlockRange() {}

    /** For commands that transfer the blocks, or are as long at most: their length and the rest of what {@link #check} does. */
    static int checkTransfer(CommandSlot slot, long lba, int blocks, int cdw12) {
        if ((long) blocks << slot.namespace().blockShift() > slot.poller().transferBytes()) {
            return CommandStatus.of(StatusCode.INVALID_FIELD, SubmissionEntry.CDW12);
        }
        return check(slot, lba, blocks, cdw12);
    }

    /** Whether the blocks are there, and no command extension is asked for. */
    static int check(CommandSlot slot, long lba, int blocks, int cdw12) {
        if ((cdw12 & IoCommand.CETYPE_MASK) != 0) {
            return CommandStatus.of(StatusCode.INVALID_FIELD, CETYPE_BYTE);
        }
        return slot.namespace().holds(lba, blocks)
                ? CommandStatus.SUCCESS
                : CommandStatus.of(StatusCode.LBA_OUT_OF_RANGE, SubmissionEntry.CDW10);
    }

    /**
     * Whether a command that reads is to flush before. Force Unit Access asks for data that is on the medium; what is in a cache may be a
     * write that a crash undoes.
     */
    static boolean flushesFirst(CommandSlot slot, int cdw12) {
        return (cdw12 & IoCommand.FUA) != 0 && slot.namespace().namespace().hasVolatileCache();
    }
}
