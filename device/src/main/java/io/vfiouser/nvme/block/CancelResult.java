package io.vfiouser.nvme.block;

/** What {@link BlockChannel#cancel} achieved by the time it returns. */
public enum CancelResult {
    /**
     * Both promises hold. The request's {@link BlockRequest#completed} was called with {@link BlockStatus#CANCELLED} before
     * {@code cancel} returned; it is free for reuse.
     */
    CANCELLED,
    /**
     * Answer to {@link CancelPromise#DETACHED} only: the request's memory is touched no more, the request goes on and will
     * complete with its real status in a later {@link BlockChannel#poll()}.
     */
    DETACHED,
    /**
     * The promise cannot be given yet. It holds from the moment the request completes, with whatever status; until then the
     * caller may ask again. Nothing was lost by asking.
     */
    IN_PROGRESS,
    /** The request is not outstanding on this channel: it was never submitted or has completed. Both promises hold. */
    NOT_OUTSTANDING
}
