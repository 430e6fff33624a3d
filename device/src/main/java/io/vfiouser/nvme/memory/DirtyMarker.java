package io.vfiouser.nvme.memory;

/** Records that the device changed guest memory, so that a live migration copies it again. */
@FunctionalInterface
public interface DirtyMarker {
    /** For memory that nobody migrates. */
    DirtyMarker NONE = (offset, lengthBytes) -> {};

    /**
     * Marks bytes of one region, counted from the region's start, after they were written. Called on any poller's thread; must
     * neither block nor allocate nor throw.
     */
    void markDirty(long offset, long lengthBytes);
}
