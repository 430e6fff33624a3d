package io.vfiouser.client;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** The server is gone, or the connection was closed after an earlier failure, which the message then names. */
public final class VfioUserDisconnectedException extends VfioUserException {
    @Serial
    private static final long serialVersionUID = 1L;

    VfioUserDisconnectedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
