package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.memory.Direction;
import io.vfiouser.nvme.spec.DatasetManagementRange;
import io.vfiouser.nvme.spec.IoCommand;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import java.lang.foreign.MemorySegment;

/**
 * Dataset Management. NVM Command Set 1.1, section 3.3.3. Of the attributes only Deallocate has an effect. The ranges are
 * copied first, so that what was checked is what is deallocated.
 */
final class DatasetManagementCommand implements IoCommandHandler {
    @Override
    public int start(CommandSlot slot, MemorySegment entries, long offset) {
        int ranges = IoCommand.rangeCount(SubmissionEntry.cdw10(entries, offset));
        int attributes = SubmissionEntry.cdw11(entries, offset);
        long lengthBytes = (long) ranges * DatasetManagementRange.LENGTH_BYTES;
        int refused = slot.resolve(entries, offset, lengthBytes, Direction.FROM_GUEST);
        if (refused != CommandStatus.SUCCESS) {
            return refused;
        }
        MemorySegment copy = slot.scratch();
        slot.buffer().segments().copyTo(copy, 0);
        for (int i = 0; i < ranges; i++) {
            long at = (long) i * DatasetManagementRange.LENGTH_BYTES;
            long blocks = DatasetManagementRange.lengthBlocks(copy, at);
            if (!slot.namespace().holds(DatasetManagementRange.startingLba(copy, at), blocks)) {
                return CommandStatus.of(StatusCode.LBA_OUT_OF_RANGE);
            }
        }
        if ((attributes & IoCommand.DSM_DEALLOCATE) == 0) {
            return CommandStatus.SUCCESS;
        }
        slot.step = 0;
        slot.lastStep = ranges;
        return completed(slot, CommandStatus.SUCCESS);
    }

    @Override
    public int completed(CommandSlot slot, int status) {
        if (status != CommandStatus.SUCCESS) {
            return status;
        }
        MemorySegment copy = slot.scratch();
        while (slot.step < slot.lastStep) {
            long at = (long) slot.step++ * DatasetManagementRange.LENGTH_BYTES;
            long blocks = DatasetManagementRange.lengthBlocks(copy, at);
            if (blocks > 0) {
                if (slot.stopWanted()) {
                    return CommandStatus.of(StatusCode.COMMAND_ABORT_REQUESTED);
                }
                slot.deallocateBlocks(
                        DatasetManagementRange.startingLba(copy, at),
                        blocks,
                        slot.poller().durable(0));
                return slot.submit();
            }
        }
        return status;
    }
}
