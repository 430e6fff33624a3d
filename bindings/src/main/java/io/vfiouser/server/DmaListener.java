package io.vfiouser.server;

/** Hears of guest memory that comes and goes. Called on the context's thread, with the device quiesced. */
public interface DmaListener {
    /** A region may be used from now on. */
    void registered(DmaRegion region);

    /**
     * A region goes away as this returns: no thread may use it any more. Its segment is closed then, so that a use that was
     * overlooked gets an {@link IllegalStateException} and not somebody else's memory.
     */
    void unregistered(DmaRegion region);
}
