package io.vfiouser.server;

/** Where a device notes what it has written of a {@link DmaRegion}. */
@FunctionalInterface
public interface DirtyMarks {
    /** For memory that nobody migrates. */
    DirtyMarks NONE = (offset, length) -> {};

    /**
     * Says that the device has written a part of the region; any thread, after the data was stored and before the device is
     * paused. Neither blocks nor allocates; costs a store for each page.
     *
     * @param offset first byte within the region
     * @param length number of bytes
     * @throws IndexOutOfBoundsException if it is not inside the region
     */
    void mark(long offset, long length);
}
