package io.vfiouser.nvme.migration;

import io.vfiouser.nvme.block.BlockChangeLog;
import io.vfiouser.nvme.block.BlockDevice;

/**
 * A namespace whose content is to be sent.
 *
 * @param id NSID
 * @param blockBytes bytes of a logical block
 * @param device where its blocks are; active
 * @param changes where everything reports what it changes in the device
 */
public record ContentSource(int id, int blockBytes, BlockDevice device, BlockChangeLog changes) {
    /** Capacity in logical blocks. */
    long blockCount() {
        return device.blockCount() / deviceBlocks();
    }

    /** How many of the back end's blocks make a logical one. */
    int deviceBlocks() {
        return blockBytes / device.blockSizeBytes();
    }
}
