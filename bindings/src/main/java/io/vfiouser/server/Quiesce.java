package io.vfiouser.server;

/** A device's answer to the request to pause. */
public enum Quiesce {
    /** It is paused now. */
    DONE,
    /** It is still pausing and will say so by {@link DeviceContext#quiesced} or {@link DeviceContext#signalQuiesced}. */
    PENDING
}
