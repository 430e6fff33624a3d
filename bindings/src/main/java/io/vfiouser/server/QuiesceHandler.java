package io.vfiouser.server;

/**
 * Pauses the device, so that the library may change guest memory mappings, reset it or change its migration state. Called on the
 * context's thread. A handler is told why in one case only, see {@link #quiesceToMigrate}.
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
     * As {@link #quiesce}, called instead of it where the client asks for another state of migration. Such a request can still be
     * refused by {@link MigrationHandler#transition}, and it takes no memory away. So a device that does not come to rest in
     * good time may let the pause be completed all the same, if its handler then refuses every transition.
     */
    default Quiesce quiesceToMigrate() {
        return quiesce();
    }

    /**
     * The pause is over. The device goes on if the state it is in allows: after a transition to STOP or STOP_AND_COPY, or a
     * reset, it stays paused by itself. Called exactly once for each {@link #quiesce} that was completed, also when the request
     * was refused in the end.
     */
    void resumed();
}
