package io.vfiouser.nvme.migration;

import io.vfiouser.nvme.block.BlockDevice;

/** Where the content of namespaces goes. Control thread only. */
@FunctionalInterface
public interface ContentTarget {
    /**
     * The device for the content of a namespace, active, and with blocks not longer than the namespace's. Made if that is possible.
     *
     * @param namespaceId NSID, from the stream: any number
     * @param blockBytes bytes of a logical block, 512 or 4096
     * @param blockCount capacity in logical blocks, above 0, that in bytes is no more than a long holds
     * @throws StateRefusedException if there is none, in a sentence
     */
    BlockDevice deviceOf(int namespaceId, int blockBytes, long blockCount);
}
