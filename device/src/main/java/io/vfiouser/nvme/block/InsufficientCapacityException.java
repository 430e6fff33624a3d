package io.vfiouser.nvme.block;

import java.io.Serial;

/** A {@link BlockDevicePool} has less room left than a new device needs. Nothing was created. */
public final class InsufficientCapacityException extends BlockDeviceException {
    @Serial
    private static final long serialVersionUID = 1L;

    public InsufficientCapacityException(String message) {
        super(message);
    }

    public InsufficientCapacityException(String message, Throwable cause) {
        super(message, cause);
    }
}
