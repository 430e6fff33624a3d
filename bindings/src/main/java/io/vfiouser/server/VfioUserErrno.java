package io.vfiouser.server;

import io.vfiouser.os.Errno;
import java.io.Serial;

/**
 * Thrown by a device's callback to refuse a request with an error number of its choice, which reaches the client.
 *
 * <p>It is part of normal work, so it has no stack trace and is logged at debug level only.
 */
public final class VfioUserErrno extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final int errno;

    /**
     * Refuses with an error number.
     *
     * @param errno positive, one of {@link Errno}
     */
    public VfioUserErrno(int errno) {
        this(errno, "the device refused");
    }

    /**
     * Refuses with an error number and a reason, which is logged.
     *
     * @param errno positive, one of {@link Errno}
     * @param reason what is wrong with the request
     */
    public VfioUserErrno(int errno, String reason) {
        super(reason + ": " + Errno.describe(errno), null, false, false);
        if (errno <= 0) {
            throw new IllegalArgumentException("not an error number: " + errno);
        }
        this.errno = errno;
    }

    /** The error number the client gets. */
    public int errno() {
        return errno;
    }
}
