package io.vfiouser.mover;

import java.io.Serial;

/** The guest did not stop in time. It runs on. */
public final class GuestPauseException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** Makes an exception with a sentence that says which part of the guest did not stop. */
    public GuestPauseException(String message) {
        super(message);
    }
}
