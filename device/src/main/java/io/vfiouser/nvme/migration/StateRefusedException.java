package io.vfiouser.nvme.migration;

/** A state or a stream that cannot be taken over. The message says why, in a sentence; nothing was changed. */
public final class StateRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StateRefusedException(String message) {
        super(message);
    }

    public StateRefusedException(String message, Throwable cause) {
        super(message, cause);
    }
}
