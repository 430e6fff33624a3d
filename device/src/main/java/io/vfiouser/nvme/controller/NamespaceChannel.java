package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.block.BlockChannel;
import io.vfiouser.nvme.block.BlockRequest;
import io.vfiouser.nvme.subsystem.Namespace;
import io.vfiouser.nvme.subsystem.NamespaceFormat;

/**
 * One thread's way into one namespace, with what every command needs at hand.
 *
 * @param format the namespace's format when this was made; it changes only while this thread stands still, which then makes another
 * @param ready whether commands may access it, as it was then
 * @param gate where requests wait for blocks that are somebody's own
 * @param inline whether the back end {@linkplain io.vfiouser.nvme.block.BlockCapabilities#completesInline completes inline}
 */
record NamespaceChannel(
        Namespace namespace,
        NamespaceFormat format,
        boolean ready,
        BlockChannel channel,
        RangeGate gate,
        boolean inline) {
    static NamespaceChannel of(Namespace namespace, BlockChannel channel, RangeGate gate) {
        return new NamespaceChannel(
                namespace,
                namespace.format(),
                namespace.ready(),
                channel,
                gate,
                namespace.device().capabilities().completesInline());
    }

    /** Whether nothing is outstanding in the back end after a pass. */
    boolean completesInline() {
        return inline;
    }

    /** Gives the way up. */
    void close() {
        gate.close();
        channel.close();
    }

    int id() {
        return namespace.id();
    }

    /** Binary logarithm of a logical block's bytes. */
    int blockShift() {
        return format.blockShift();
    }

    /** Binary logarithm of how many of the back end's blocks make a logical one. */
    int deviceShift() {
        return format.deviceShift();
    }

    /** Whether {@code [firstBlock, firstBlock + blocks)} lies within the namespace as it is now. */
    boolean holds(long firstBlock, long blocks) {
        return firstBlock >= 0 && firstBlock <= namespace.blockCount() - blocks;
    }

    /** The logical block that a back end's failed block is in, as the error log writes it. */
    long reportedBlock(long failedBlock) {
        return failedBlock == BlockRequest.UNKNOWN_BLOCK ? 0 : failedBlock >>> format.deviceShift();
    }
}
