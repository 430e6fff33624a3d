package io.vfiouser.mover;

import java.io.Serial;

/** What changes while the guest runs is more than can be copied. */
final class NotConvergingException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    NotConvergingException(String message) {
        super(message);
    }
}
