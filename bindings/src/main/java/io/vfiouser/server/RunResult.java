package io.vfiouser.server;

/** What one {@link DeviceContext#run} did. */
public enum RunResult {
    /** There was no message. */
    IDLE,
    /** A message was handled (an error reply counts). */
    HANDLED,
    /** The device is asked to pause and has not finished; nothing runs until it has. */
    QUIESCING,
    /** The client is gone and the device was reset; {@link DeviceContext#attach} accepts the next one. */
    DISCONNECTED
}
