package io.vfiouser.nvme.migration;

import io.vfiouser.nvme.block.BlockChangeLog;
import io.vfiouser.nvme.block.BlockDevice;

/**
 * Where a namespace's content goes.
 *
 * @param id NSID
 * @param blockBytes bytes of a logical block
 * @param blockCount capacity in logical blocks, at the source
 * @param device the back end
 * @param touched what was written to it since it was emptied
 */
record Landing(int id, int blockBytes, long blockCount, BlockDevice device, BlockChangeLog touched) {
    /** How many of the back end's blocks make a logical one. */
    int deviceBlocks() {
        return blockBytes / device.blockSizeBytes();
    }
}
