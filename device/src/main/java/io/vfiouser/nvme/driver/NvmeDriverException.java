package io.vfiouser.nvme.driver;

/** Something went wrong between this driver and the controller; the message is one line that names what. */
public class NvmeDriverException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** The message is for people. */
    public NvmeDriverException(String message) {
        super(message);
    }

    /** The message is for people; the cause for who looks further. */
    public NvmeDriverException(String message, Throwable cause) {
        super(message, cause);
    }
}
