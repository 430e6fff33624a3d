package io.vfiouser.server;

/**
 * Pauses the device, so that the library may change guest memory mappings, reset it or change its migration state. Called on the
 * context's thread. A handler is not told why.
 *
 * <p>While paused, no thread of the device may touch guest memory or mark it dirty. The library has no callback for the end of a
 * pause; the context calls {@link #resumed} once the library's function that ran the request has returned.
 */
public interface QuiesceHandler {
    /**
     * Pause.
     *
     * @return whether it is paused already
     * @throws VfioUserErrno to refuse the client's request with that error number, EBUSY excepted, which the library
     *     understands as {@link Quiesce#PENDING} and the context therefore turns into EIO
     */
    Quiesce quiesce();

    /**
     * The pause is over. The device goes on if the state it is in allows: after a transition to STOP or STOP_AND_COPY, or a
     * reset, it stays paused by itself. Called exactly once for each {@link #quiesce} that was completed, also when the request
     * was refused in the end.
     */
    void resumed();
}
