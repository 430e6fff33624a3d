package io.vfiouser.nvme.block;

/**
 * A back end: an array of blocks that somebody stores. Implement this to hand your volumes to a controller.
 *
 * <h2>Life</h2>
 *
 * A device is made inactive: it knows its {@linkplain #capabilities() capabilities}, {@linkplain #identity() identity} and, as far as
 * can be told without owning it, its {@linkplain #blockCount() size}. {@link #activate()} makes this process the owner of the medium
 * (opens, locks); {@link #release()} lets go of it with everything durable, so that another process may activate the same medium;
 * both may alternate any number of times. {@link #close()} ends it. Channels may be opened in any state and outlive a release: while
 * the device is inactive their requests complete with {@link BlockStatus#NOT_ACTIVE}.
 *
 * <h2>Threads</h2>
 *
 * {@code activate}, {@code release} and {@code close} may block and are called by one thread at a time, never by a poller. The
 * others may be called by any thread at any time. Requests go through {@linkplain BlockChannel channels}, one per poller.
 *
 * <h2>What requests mean</h2>
 *
 * <ul>
 *   <li>Blocks have 512 or 4096 bytes. A completed write is seen by every request submitted after its completion, on any channel.
 *       Requests that overlap in time have no order; a block read while it is written holds old bytes, new bytes or, beyond what
 *       {@link BlockCapabilities#atomicBlocks()} promises, some of each.
 *   <li>A <b>flush</b> makes durable what completed before it was submitted, over all channels: writes, zeroed and deallocated
 *       ranges. Durable means: it outlives this process, the machine's crash and loss of power as far as the medium can promise it
 *       ({@link BlockCapabilities#persistent()}).
 *   <li><b>Force unit access</b> makes one change durable by the time it completes; it says nothing of earlier ones.
 *   <li><b>Write zeroes</b> always leaves zeroes. It may give the room back only if the request says so.
 *   <li><b>Deallocate</b> is advice; what the blocks read as afterwards, {@link BlockCapabilities#deallocatedReads()} says for all of the
 *       device's life.
 *   <li>A failed change leaves in each block of its range the old or the new content.
 * </ul>
 */
public interface BlockDevice extends AutoCloseable {
    /** Bytes in a block, 512 or 4096: for the device's whole life. */
    default int blockSizeBytes() {
        return capabilities().blockSizeBytes();
    }

    /**
     * The number of blocks, now. While the device is inactive this is what was last known; {@link #activate()} brings it up to date.
     * May grow and shrink while the device is active; {@linkplain #addResizeListener listeners} hear of it.
     */
    long blockCount();

    /** What it can do and what it promises: for the device's whole life. */
    BlockCapabilities capabilities();

    /** By what a host recognises it: for the device's whole life, and equal wherever the same volume is served. */
    BlockIdentity identity();

    /** Whether this process owns the medium. */
    boolean active();

    /**
     * Takes the medium: opens and locks it. Without effect on an active device.
     *
     * @throws BlockDeviceException if somebody else has it, it cannot be opened, or it is not what was announced (block size)
     */
    void activate();

    /**
     * Lets the medium go: refuses new requests, waits until nothing that was submitted can still change it (also what was only
     * {@linkplain CancelPromise#DETACHED detached}), makes everything durable, unlocks and closes. Requests that ended during that are
     * delivered by the next {@link BlockChannel#poll()} as usual. Without effect on an inactive device.
     *
     * @throws BlockDeviceException if the data could not be made durable; the medium is let go all the same
     */
    void release();

    /**
     * Opens a way in for one poller.
     *
     * @param waker called when {@link BlockChannel#poll()} has something to deliver, for pollers that sleep
     */
    BlockChannel openChannel(Waker waker);

    /**
     * Names the ranges among the given blocks that may hold something else than zeroes, in ascending order, not touching one another.
     * What is not named reads as zeroes. Errs on the side of naming too much; what completed before the call is always named,
     * what is written during it may be missing. May block; not for pollers. Only while active.
     *
     * @throws BlockDeviceException if the medium cannot tell because of an error
     * @throws IllegalStateException if the device is not active
     */
    void forEachAllocatedExtent(long firstBlock, long blockCount, ExtentVisitor visitor);

    /** Adds a listener; it is not told of the present size. */
    void addResizeListener(ResizeListener listener);

    /** Removes a listener; it may still be told of a change that is being announced. */
    void removeResizeListener(ResizeListener listener);

    /**
     * {@linkplain #release() Releases} and frees what it holds. Idempotent.
     *
     * @throws BlockDeviceException as {@link #release()} does; the device is closed all the same
     * @throws IllegalStateException if channels are open: their memory may be in use
     */
    @Override
    void close();
}
