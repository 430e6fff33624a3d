package io.vfiouser.client;

import java.io.Serial;

/** The server took longer than {@link ClientOptions#timeout()}. The connection was closed: its answer could come any time. */
public final class VfioUserTimeoutException extends VfioUserException {
    @Serial
    private static final long serialVersionUID = 1L;

    VfioUserTimeoutException(String message) {
        super(message);
    }
}
