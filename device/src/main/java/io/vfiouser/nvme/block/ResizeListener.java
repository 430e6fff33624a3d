package io.vfiouser.nvme.block;

/** Hears that a device has another capacity now. */
@FunctionalInterface
public interface ResizeListener {
    /**
     * Called after {@link BlockDevice#blockCount()} returns the new value, on whichever thread noticed the change, possibly a
     * thread of the back end: the listener records the fact and returns, it does not call the device. Notices of one device do
     * not overlap.
     */
    void resized(BlockDevice device, long oldBlockCount, long newBlockCount);
}
