package io.vfiouser.nvme.cli;

/** A failure that is the user's to read: its message is one line that names the cause and the remedy. */
final class CommandFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int exitCode;

    CommandFailure(String message) {
        this(ExitCode.FAILURE, message);
    }

    CommandFailure(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    CommandFailure(String message, Throwable cause) {
        super(message, cause);
        this.exitCode = ExitCode.FAILURE;
    }

    int exitCode() {
        return exitCode;
    }
}
