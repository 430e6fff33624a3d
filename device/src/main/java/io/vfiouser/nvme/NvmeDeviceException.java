package io.vfiouser.nvme;

import java.io.Serial;

/** A device cannot be started. The message is one line for people: what, why, and what to do about it. */
public final class NvmeDeviceException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    public NvmeDeviceException(String message) {
        super(message);
    }

    public NvmeDeviceException(String message, Throwable cause) {
        super(message, cause);
    }
}
