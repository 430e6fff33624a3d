package io.vfiouser.nvme.driver;

/** A command completed with another status than success. */
public final class NvmeCommandException extends NvmeDriverException {

    private static final long serialVersionUID = 1L;

    private final transient NvmeCompletion completion;

    /** {@code command} is its name for people. */
    public NvmeCommandException(String command, NvmeCompletion completion) {
        super(command + " failed: " + completion.describe());
        this.completion = completion;
    }

    /** What the controller answered. */
    public NvmeCompletion completion() {
        return completion;
    }
}
