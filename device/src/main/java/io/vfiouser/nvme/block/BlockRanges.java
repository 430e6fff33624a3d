package io.vfiouser.nvme.block;

/**
 * Some ranges of blocks, of a device that whoever has this knows. Reused: holds a fixed number, allocates nothing after construction. Used by one
 * thread at a time.
 */
public final class BlockRanges {
    private final long[] firstBlocks;
    private final long[] blockCounts;
    private int size;

    /** Room for {@code capacity} ranges. */
    public BlockRanges(int capacity) {
        firstBlocks = new long[capacity];
        blockCounts = new long[capacity];
    }

    /**
     * Appends a range; any values.
     *
     * @throws IndexOutOfBoundsException if there is no room
     */
    public void add(long firstBlock, long blockCount) {
        firstBlocks[size] = firstBlock;
        blockCounts[size] = blockCount;
        size++;
    }

    /** Forgets all ranges. */
    public void clear() {
        size = 0;
    }

    /** The number of ranges. */
    public int size() {
        return size;
    }

    /** First block of range {@code index}. */
    public long firstBlock(int index) {
        return firstBlocks[index];
    }

    /** Number of blocks of range {@code index}. */
    public long blockCount(int index) {
        return blockCounts[index];
    }
}
