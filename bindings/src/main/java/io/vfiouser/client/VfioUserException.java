package io.vfiouser.client;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * The server could not be talked to: it did not keep to the protocol, or one of the subclasses says what happened.
 *
 * <p>After a violation that leaves it unknown where the next message begins the connection is closed; {@link
 * VfioUserClient#connected()} tells.
 */
public class VfioUserException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** Makes an exception with a sentence for people. */
    public VfioUserException(String message) {
        super(message);
    }

    /** Makes an exception with a sentence for people and what lies behind it. */
    public VfioUserException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
