package io.vfiouser.nvme.block;

/** What the caller of {@link BlockChannel#cancel} wants to rely on. The two are separate: neither implies the other. */
public enum CancelPromise {
    /**
     * The request touches its memory no more: it may be unmapped or given back. A write whose data the back end already has
     * may go on and change the medium.
     */
    DETACHED,
    /**
     * The medium will not change any more because of this request, so that somebody else may take the medium over and the
     * request may be executed again there. What a back end answers with {@link CancelResult#CANCELLED} is also detached.
     */
    WITHOUT_LATER_EFFECT
}
