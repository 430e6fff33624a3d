package io.vfiouser.mover;

import java.io.Serial;

/** A TCP connection broke, was silent for too long, or brought what makes no sense. */
final class LinkLostException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    LinkLostException(String message) {
        super(message);
    }

    LinkLostException(String message, Throwable cause) {
        super(message, cause);
    }
}
