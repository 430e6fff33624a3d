package io.vfiouser.server;

import io.vfiouser.os.Errno;

/** States of a device as it is migrated; the same at every level of the library. */
public enum MigrationState {
    /** Paused; nothing moves. */
    STOP(0),
    /** Working. */
    RUNNING(1),
    /** Paused, while its state is read to the end. */
    STOP_AND_COPY(2),
    /** Working, while a first part of its state is read. */
    PRE_COPY(3),
    /** Paused, while its state is written. */
    RESUME(4);

    private final int code;

    MigrationState(int code) {
        this.code = code;
    }

    /** The library's number ({@code vfu_migr_state_t}). */
    int code() {
        return code;
    }

    /** Whether the device works in this state. */
    public boolean runs() {
        return this == RUNNING || this == PRE_COPY;
    }

    /**
     * The state of the library's number.
     *
     * @throws VfioUserErrno with EINVAL if there is none: level 0.1 hands -1 through
     */
    static MigrationState of(int code) {
        for (MigrationState state : values()) {
            if (state.code == code) {
                return state;
            }
        }
        throw new VfioUserErrno(Errno.EINVAL, "no migration state " + code);
    }
}
