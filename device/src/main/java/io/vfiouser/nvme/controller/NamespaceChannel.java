package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.block.BlockChannel;

/** One thread's way into one namespace, with what every command needs at hand. */
record NamespaceChannel(Namespace namespace, int blockShift, BlockChannel channel) {
    /** Whether {@code [firstBlock, firstBlock + blocks)} lies within the namespace as it is now. */
    boolean holds(long firstBlock, long blocks) {
        return firstBlock >= 0 && firstBlock <= namespace.blockCount() - blocks;
    }
}
