package io.vfiouser.nvme.driver;

/** The controller did not do in time what it has to do; it may still be alive. */
public final class NvmeTimeoutException extends NvmeDriverException {

    private static final long serialVersionUID = 1L;

    public NvmeTimeoutException(String message) {
        super(message);
    }
}
