package io.vfiouser.client;

import io.vfiouser.os.Errno;
import java.io.Serial;

/** The server answered that a command failed. The connection is as good as before. */
public final class VfioUserErrorReply extends VfioUserException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final int errno;

    VfioUserErrorReply(String command, int errno) {
        super("the server refused " + command + ": " + (errno == 0 ? "it gave no reason" : Errno.describe(errno)));
        this.errno = errno;
    }

    /** The error number the server sent; 0 if it gave none, which the protocol allows. Nothing vouches for its range. */
    public int errno() {
        return errno;
    }
}
