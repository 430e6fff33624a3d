package io.vfiouser.abi;

import java.io.Serial;

/** No usable libvfio-user: the message is one sentence that names the cause and the remedy. */
public final class VfioUserLibraryException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** Makes an exception with a sentence for the user. */
    public VfioUserLibraryException(String message) {
        super(message);
    }

    /** Makes an exception with a sentence for the user and what led to it. */
    public VfioUserLibraryException(String message, Throwable cause) {
        super(message, cause);
    }
}
