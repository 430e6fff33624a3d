package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.block.BlockChannel;
import io.vfiouser.nvme.block.BlockRequest;
import io.vfiouser.nvme.subsystem.Namespace;
import io.vfiouser.nvme.subsystem.NamespaceFormat;

/**
 * One thread's way into one namespace, with what every command needs at hand. The format and whether commands may access it are those of when this was
 * made: they change only while this thread stands still, which then makes another.
 */
final class NamespaceChannel {
    private final Namespace namespace;
    private final BlockChannel channel;
    private final RangeGate gate;
    private final NamespaceFormat format;
    private final int blockShift;
    private final int deviceShift;
    private final boolean ready;
    private final boolean completesInline;

    /** @param gate where requests wait for blocks that are somebody's own */
    NamespaceChannel(Namespace namespace, BlockChannel channel, RangeGate gate) {
        this.namespace = namespace;
        this.channel = channel;
        this.gate = gate;
        this.format = namespace.format();
        this.blockShift = format.blockShift();
        this.deviceShift = format.deviceShift();
        this.ready = namespace.ready();
        this.completesInline = namespace.device().capabilities().completesInline();
    }

    Namespace namespace() {
        return namespace;
    }

    BlockChannel channel() {
        return channel;
    }

    RangeGate gate() {
        return gate;
    }

    NamespaceFormat format() {
        return format;
    }

    /** Whether commands may access it. */
    boolean ready() {
        return ready;
    }

    /**
     * Whether nothing is outstanding in the back end after a pass: it {@linkplain
     * io.vfiouser.nvme.block.BlockCapabilities#completesInline completes inline}.
     */
    boolean completesInline() {
        return completesInline;
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
        return blockShift;
    }

    /** Binary logarithm of how many of the back end's blocks make a logical one. */
    int deviceShift() {
        return deviceShift;
    }

    /** Whether {@code [firstBlock, firstBlock + blocks)} lies within the namespace as it is now. */
    boolean holds(long firstBlock, long blocks) {
        return firstBlock >= 0 && firstBlock <= namespace.blockCount() - blocks;
    }

    /** The logical block that a back end's failed block is in, as the error log writes it. */
    long reportedBlock(long failedBlock) {
        return failedBlock == BlockRequest.UNKNOWN_BLOCK ? 0 : failedBlock >>> deviceShift;
    }
}
