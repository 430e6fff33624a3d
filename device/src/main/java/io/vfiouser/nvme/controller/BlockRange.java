package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;

/** What Read and Write have to check of the blocks they name. */
final class BlockRange {
    private BlockRange() {}

    static int check(CommandSlot slot, long lba, int blocks) {
        NamespaceChannel namespace = slot.namespace();
        if ((long) blocks << namespace.blockShift() > slot.poller().transferBytes()) {
            return CommandStatus.of(StatusCode.INVALID_FIELD, SubmissionEntry.CDW12);
        }
        return namespace.holds(lba, blocks) ? CommandStatus.SUCCESS : outOfRange();
    }

    static int outOfRange() {
        return CommandStatus.of(StatusCode.LBA_OUT_OF_RANGE, SubmissionEntry.CDW10);
    }
}
