package io.vfiouser.nvme.block;

import java.io.Serial;

/**
 * A back end cannot be opened, activated or released. The message is one line for people: what, why, and what to do about
 * it. Requests never throw it: they complete with a {@link BlockStatus}.
 */
public sealed class BlockDeviceException extends RuntimeException permits InsufficientCapacityException {
    @Serial
    private static final long serialVersionUID = 1L;

    public BlockDeviceException(String message) {
        super(message);
    }

    public BlockDeviceException(String message, Throwable cause) {
        super(message, cause);
    }
}
