package io.vfiouser.nvme.block;

/**
 * One poller's way into a device. Everything is called on one thread at a time, normally the poller's; handing a channel to another
 * thread needs a happens-before edge between the two. Channels of one device are independent: no order holds between their
 * requests, nor between outstanding requests of one channel. Only a flush looks across: it covers what <em>completed</em>
 * before it was submitted, on every channel.
 *
 * <p><b>Completion.</b> Each submitted request completes exactly once, by {@link BlockRequest#completed} on the channel's thread, from
 * inside {@link #submit}, {@link #poll} or {@link #cancel}, never on another thread and never at another time. Since {@code completed}
 * may submit again, an implementation must stand being re-entered through {@code submit} wherever it completes a request.
 *
 * <p><b>Errors.</b> What is wrong with a request, its memory or the medium arrives as a {@link BlockStatus}. The methods throw only
 * {@link IllegalStateException} for a caller's mistake. One exception comes from outside: when the owner of the request's memory takes it
 * away, the JVM may raise an {@link InternalError} in, or some time after, a copy. A channel is written so that it stays usable
 * when that strikes at any instruction; a request that was hit stays outstanding until it is cancelled. Back ends that use system calls
 * report {@link BlockStatus#MEMORY_FAULT} instead.
 */
public interface BlockChannel extends AutoCloseable {
    /**
     * Starts a request. Never blocks for the medium. The request may have completed when this returns; if {@link
     * BlockCapabilities#completesInline()}, it has when the next {@link #poll()} returns. A back end may hold what it was given until the next {@link #poll()} to start
     * it in one go, so a poller that has submitted polls before it sleeps.
     *
     * @throws IllegalStateException if the request is outstanding or the channel is closed
     */
    void submit(BlockRequest request);

    /**
     * Says that a request for each of these ranges is likely to be submitted soon, in this order. A channel that has its blocks in memory may
     * bring them near; others do nothing, as this does. The ranges may lie anywhere, also outside the device, and requests may never come.
     * Neither blocks nor throws nor changes anything.
     *
     * @param upcoming the caller's, again when this returns
     */
    default void expect(BlockRanges upcoming) {}

    /**
     * Starts what is held back and completes what has ended. Does not block.
     *
     * @return how many requests completed
     */
    int poll();

    /**
     * Asks to take a request back: see {@link CancelPromise} for what can be wanted and {@link CancelResult} for what can come of it.
     * Does not block. Cheap enough to be called for every outstanding request at every pass of a quiesce.
     */
    CancelResult cancel(BlockRequest request, CancelPromise wanted);

    /** How many submitted requests have not completed. */
    int outstanding();

    /**
     * Gives the channel up. Idempotent.
     *
     * @throws IllegalStateException if requests are outstanding: cancel or drain them first
     */
    @Override
    void close();
}
