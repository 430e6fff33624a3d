package io.vfiouser.nvme.driver.workload;

import io.vfiouser.nvme.driver.DmaBuffer;
import io.vfiouser.nvme.driver.IoQueue;
import io.vfiouser.nvme.driver.NamespaceInfo;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * One buffer for each command that a queue may have in flight, with stamped units in them. A unit is what one command transfers;
 * slots are the tags of the commands.
 */
final class TransferSlots {

    private final IoQueue queue;
    private final NamespaceInfo namespace;
    private final int unitBytes;
    private final int unitBlocks;
    private final long run;
    private final DmaBuffer buffer;
    private final long bufferOffset;

    TransferSlots(
            IoQueue queue, NamespaceInfo namespace, int unitBytes, long run, DmaBuffer buffer, long bufferOffset) {
        this.queue = queue;
        this.namespace = namespace;
        this.unitBytes = unitBytes;
        this.unitBlocks = unitBytes / namespace.blockBytes();
        this.run = run;
        this.buffer = buffer;
        this.bufferOffset = bufferOffset;
    }

    IoQueue queue() {
        return queue;
    }

    NamespaceInfo namespace() {
        return namespace;
    }

    int count() {
        return queue.depth();
    }

    void write(int slot, long unit, long generation) {
        MemorySegment memory = buffer.segment();
        long offset = offset(slot);
        for (int block = 0; block < unitBlocks; block++) {
            BlockStamp.write(
                    memory,
                    offset + (long) block * namespace.blockBytes(),
                    namespace.blockBytes(),
                    run,
                    namespace.id(),
                    unit * unitBlocks + block,
                    generation);
        }
        mustFit(queue.write(namespace.id(), unit * unitBlocks, unitBlocks, iova(slot), unitBytes, false, slot));
    }

    void read(int slot, long unit) {
        // what an earlier command left there must not pass for what this one brings
        buffer.segment().set(ValueLayout.JAVA_LONG_UNALIGNED, offset(slot), 0);
        buffer.written(offset(slot), Long.BYTES);
        mustFit(queue.read(namespace.id(), unit * unitBlocks, unitBlocks, iova(slot), unitBytes, slot));
    }

    void flush(int slot) {
        mustFit(queue.flush(namespace.id(), slot));
    }

    /** Compares what a read brought: each block must be whole, of this run, and of a generation in the range. */
    void check(int slot, long unit, long oldest, long newest, MismatchLog mismatches) {
        MemorySegment memory = buffer.segment();
        int blockBytes = namespace.blockBytes();
        for (int block = 0; block < unitBlocks; block++) {
            long offset = offset(slot) + (long) block * blockBytes;
            long lba = unit * unitBlocks + block;
            long found = BlockStamp.read(memory, offset, blockBytes, run, namespace.id(), lba);
            if (found < oldest || found > newest) {
                String expected = oldest == newest ? "generation " + oldest : "generation " + oldest + " or later";
                mismatches.add(new Mismatch(namespace.id(), lba, expected, BlockStamp.describe(found, memory, offset)));
            }
        }
    }

    private long offset(int slot) {
        return bufferOffset + (long) slot * unitBytes;
    }

    private long iova(int slot) {
        return buffer.iova() + offset(slot);
    }

    private void mustFit(boolean submitted) {
        if (!submitted) {
            throw new IllegalStateException("queue " + queue.id() + " is used by somebody else");
        }
    }
}
