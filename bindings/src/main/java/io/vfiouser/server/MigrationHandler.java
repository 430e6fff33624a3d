package io.vfiouser.server;

import java.lang.foreign.MemorySegment;

/**
 * What a device does to be migrated. One interface over both generations of the protocol: the register region of level 0.1
 * (version 1) and the feature messages of 0.2 (version 2). Called on the context's thread.
 *
 * <p>The handler sees version 2's transitions only, whatever the generation: {@code RUNNING - PRE_COPY}, {@code RUNNING - STOP},
 * {@code PRE_COPY - STOP_AND_COPY}, {@code PRE_COPY - RUNNING}, {@code STOP - STOP_AND_COPY}, {@code STOP - RESUME}, back to STOP
 * from both, and {@code STOP - RUNNING}; what takes several of them arrives as several calls in a row. A transition to the state
 * the device is in never arrives. A reset brings the state back to RUNNING without a call here.
 */
public interface MigrationHandler {
    /**
     * Changes the state.
     *
     * <p>RESUME to STOP is where a truncated or inconsistent stream is refused.
     *
     * @throws VfioUserErrno to stay in the old state; the client gets that error number
     */
    void transition(MigrationState from, MigrationState to);

    /**
     * Gives out the next part of the state, in PRE_COPY and STOP_AND_COPY.
     *
     * @param into to be filled from its start. It is filled completely unless there is nothing more: for now in PRE_COPY (the
     *     stream goes on after STOP_AND_COPY), for good in STOP_AND_COPY
     * @return how many bytes were stored; less than the segment has, or 0, means that there is nothing more
     * @throws VfioUserErrno to fail the read with that error number
     */
    long read(MemorySegment into);

    /**
     * Takes the next part of the state, in RESUME. The stream may be cut anywhere.
     *
     * @param from all of it must be taken
     * @throws VfioUserErrno to refuse the data with that error number
     */
    void write(MemorySegment from);

    /**
     * An estimate of the bytes still to be read, for clients of version 1, which show progress by it. It decides nothing: the end
     * of the stream is where {@link #read} comes back short.
     */
    default long pendingBytes() {
        return 0;
    }
}
