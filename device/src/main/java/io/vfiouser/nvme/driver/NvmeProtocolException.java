package io.vfiouser.nvme.driver;

/** The controller broke the specification: nothing that it says can be relied on any more. */
public final class NvmeProtocolException extends NvmeDriverException {

    private static final long serialVersionUID = 1L;

    NvmeProtocolException(String message) {
        super(message);
    }
}
