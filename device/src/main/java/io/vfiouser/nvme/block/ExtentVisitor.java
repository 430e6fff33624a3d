package io.vfiouser.nvme.block;

/** Receives ranges of allocated blocks from {@link BlockDevice#forEachAllocatedExtent}. */
@FunctionalInterface
public interface ExtentVisitor {
    /**
     * One range, never empty, above all earlier ones.
     *
     * @return false to hear of no further ranges
     */
    boolean extent(long firstBlock, long blockCount);
}
