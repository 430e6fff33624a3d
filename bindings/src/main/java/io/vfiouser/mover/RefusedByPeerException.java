package io.vfiouser.mover;

import java.io.Serial;

/** The receiver does not want the move, for the reason it gave. */
final class RefusedByPeerException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    RefusedByPeerException(String message) {
        super(message);
    }
}
