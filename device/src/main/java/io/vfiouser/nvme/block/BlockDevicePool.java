package io.vfiouser.nvme.block;

import java.util.Map;

/**
 * Room from which devices are made and to which they go back while a controller runs. Implement this to let hosts create and delete
 * namespaces on your storage.
 *
 * <p><b>Ownership.</b> The pool owns the devices that it made or found. Others activate them, open channels to them and release them, but leave their
 * end to {@link #delete} and {@link #close()}. A device that somebody closed all the same still belongs to the pool and takes its room.
 *
 * <p><b>Room</b> is counted by what devices announce, not by what is stored so far: a pool never promises more than its capacity. Whoever
 * gives it more capacity than there is behind it sees {@link BlockStatus#NO_SPACE} when that is used up.
 *
 * <p><b>Threads.</b> {@link #create}, {@link #delete} and {@link #close()} may block for the medium: they are called on a worker's thread, not by a
 * poller nor where a host waits for other things. The other methods do not block. All may be called by several threads at once.
 *
 * <p><b>Persistence.</b> A pool may hold devices from an earlier life: see {@link #existing()}. In such a pool, what {@code create} and {@code delete}
 * did is durable when they return, and a crash in between leaves all of it or nothing.
 */
public interface BlockDevicePool extends AutoCloseable {
    /**
     * Whether this process owns what the devices are stored in. A pool whose medium others could have is made active or inactive, as it says; while it is
     * inactive it changes and locks nothing, and creates and deletes nothing.
     */
    default boolean active() {
        return true;
    }

    /**
     * Takes the medium, as {@link BlockDevice#activate()} does, but none of the devices. May block. Without effect on an active pool. {@link #existing()}
     * may have others afterwards.
     *
     * @throws BlockDeviceException if somebody else has it, or it cannot be used
     */
    default void activate() {}

    /** Lets the medium go, after all devices were released, so that another process may take it. May block. Without effect on an inactive pool. */
    default void release() {}

    /**
     * Makes a device that reads as zeroes. It is not active.
     *
     * @param namespaceId the number by which it is known, 1 or above, free in this pool
     * @param sizeBytes its capacity, a positive multiple of the block size
     * @param blockSizeBytes bytes in a block, 512 or 4096
     * @param identity by what hosts shall recognise it
     * @throws InsufficientCapacityException if it needs more than is {@linkplain #unallocatedBytes() left}, or than the medium can take
     * @throws BlockDeviceException if the medium fails; nothing was created
     * @throws IllegalArgumentException if number or sizes make no sense
     * @throws IllegalStateException if the pool has a device of that number, or is closed
     */
    BlockDevice create(int namespaceId, long sizeBytes, int blockSizeBytes, BlockIdentity identity);

    /**
     * Closes a device, destroys its content and takes its room back. Active or not, but without open channels.
     *
     * @throws BlockDeviceException if the medium fails; the device is closed, its content and its room may remain, and another
     *     attempt may be made
     * @throws IllegalStateException if channels of the device are open (nothing has changed then), or the pool is closed
     * @throws IllegalArgumentException if the device is not one of this pool
     */
    void delete(BlockDevice device);

    /**
     * The devices that the pool holds at this moment, by their numbers, ascending. After a persistent pool was opened: those of its
     * earlier life, with the same numbers and identities. While a pool is inactive, those that it finds now; this may block then.
     */
    Map<Integer, BlockDevice> existing();

    /** The capacity in bytes. */
    long totalBytes();

    /** What of the capacity is not taken by devices, in bytes; 0 also if they take more than there is. */
    long unallocatedBytes();

    /**
     * Closes all devices and lets the medium go. What a persistent pool stores remains. Idempotent.
     *
     * @throws IllegalStateException if channels of a device are open: that device and the pool stay open, and may be closed later
     * @throws BlockDeviceException if the data of a device could not be made durable; the pool is closed all the same
     */
    @Override
    void close();
}
