package io.vfiouser.nvme.driver;

/** The server is gone: its process ended or it closed the connection. Commands in flight have no result. */
public final class NvmeDisconnectedException extends NvmeDriverException {

    private static final long serialVersionUID = 1L;

    NvmeDisconnectedException(String message) {
        super(message);
    }

    NvmeDisconnectedException(String message, Throwable cause) {
        super(message, cause);
    }
}
