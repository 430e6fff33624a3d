package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.spec.StatusCode;
import java.util.concurrent.atomic.AtomicBoolean;

/** What went wrong on this side, on any thread, until the control thread tells the host. */
final class InternalFaults {
    private static final int TYPE_AND_CODE = 0x7FF;
    private static final int INTERNAL_ERROR = StatusCode.INTERNAL_ERROR.field() & TYPE_AND_CODE;
    private static final int WRITE_FAULT = StatusCode.WRITE_FAULT.field() & TYPE_AND_CODE;

    private final AtomicBoolean internalError = new AtomicBoolean();
    private volatile boolean dataLost;

    /** A command failed with this status field. */
    void commandFailed(int field) {
        int code = field & TYPE_AND_CODE;
        if (code == INTERNAL_ERROR) {
            internalError.set(true);
        } else if (code == WRITE_FAULT) {
            dataLost = true;
        }
    }

    /** Data could not be made durable outside of a command of the host's. */
    void flushFailed() {
        dataLost = true;
    }

    /** Whether a command failed for a reason that lies in this program or a back end, since the last call. */
    boolean takeInternalError() {
        return internalError.get() && internalError.getAndSet(false);
    }

    /** Whether the host is still to be told of such a failure. */
    boolean internalError() {
        return internalError.get();
    }

    /** Takes over what another controller knew. */
    void restore(boolean error, boolean lost) {
        internalError.set(error);
        dataLost = lost;
    }

    /**
     * Whether a back end has ever failed to write. It stays so: what it acknowledged before and had not yet written may be gone as
     * well.
     */
    boolean dataLost() {
        return dataLost;
    }
}
