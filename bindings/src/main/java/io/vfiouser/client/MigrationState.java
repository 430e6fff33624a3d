package io.vfiouser.client;

import org.jspecify.annotations.Nullable;

/** What a device does while it is moved (specification, "VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE"). */
public enum MigrationState {
    /** It has failed and has to be reset. It cannot be asked for. */
    ERROR(0),
    /** It stands still; nothing inside or outside of it changes. */
    STOP(1),
    /** It works normally. */
    RUNNING(2),
    /** It stands still, and its state can be read. */
    STOP_COPY(3),
    /** It stands still, and a state can be written. */
    RESUMING(4),
    /** It works, and its state can be read already. */
    PRE_COPY(6);

    private final int code;

    MigrationState(int code) {
        this.code = code;
    }

    /** The number in messages of protocol 0.2. */
    int code() {
        return code;
    }

    static @Nullable MigrationState ofCode(int code) {
        for (MigrationState state : values()) {
            if (state.code == code) {
                return state;
            }
        }
        return null;
    }
}
