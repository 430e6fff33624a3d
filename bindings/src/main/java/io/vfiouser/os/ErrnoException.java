package io.vfiouser.os;

import java.io.Serial;

/** A call of the operating system failed. The message names what was tried and why it failed. */
public final class ErrnoException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final int errno;

    /**
     * Makes an exception for one failed call.
     *
     * @param operation what was tried, with its arguments: {@code "open /dev/null"}
     * @param errno the positive error number
     */
    public ErrnoException(String operation, int errno) {
        super(operation + ": " + Errno.describe(errno));
        this.errno = errno;
    }

    /** The positive error number, one of {@link Errno}'s constants. */
    public int errno() {
        return errno;
    }

    /** Turns the kernel style result of a call (negative: an error number) into an exception, or hands it on. */
    static int check(String operation, int result) {
        if (result < 0) {
            throw new ErrnoException(operation, -result);
        }
        return result;
    }

    /** As {@link #check(String, int)}, for calls that return a {@code long}. */
    static long check(String operation, long result) {
        if (result < 0) {
            throw new ErrnoException(operation, (int) -result);
        }
        return result;
    }
}
