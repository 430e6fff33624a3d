package io.vfiouser.nvme.cli;

import io.vfiouser.abi.VfioUserLibraryException;
import io.vfiouser.client.VfioUserException;
import io.vfiouser.nvme.NvmeDeviceException;
import io.vfiouser.nvme.block.BlockDeviceException;
import io.vfiouser.nvme.driver.NvmeDriverException;
import io.vfiouser.nvme.subsystem.SubsystemSettingsException;
import io.vfiouser.os.ErrnoException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;

/** Turns what a command threw into one line and an exit code. */
final class Failures {

    private Failures() {}

    static int report(Throwable failure, PrintWriter err, boolean verbose) {
        err.println("nvme-vfu: " + oneLine(failure));
        if (verbose) {
            failure.printStackTrace(err);
        }
        err.flush();
        return failure instanceof CommandFailure f ? f.exitCode() : ExitCode.FAILURE;
    }

    private static String oneLine(Throwable failure) {
        String message =
                failure.getMessage() == null ? "" : failure.getMessage().replaceAll("\\s*\\R\\s*", " ");
        return switch (failure) {
            case CommandFailure f -> message;
            case VfioUserException e -> message;
            case NvmeDriverException e -> message;
            case BlockDeviceException e -> message;
            case SubsystemSettingsException e -> message;
            case NvmeDeviceException e -> message;
            case VfioUserLibraryException e -> message;
            case ErrnoException e -> message;
            case UncheckedIOException e -> message;
            case OutOfMemoryError e -> "out of memory: " + message;
            default ->
                "unexpected " + failure.getClass().getSimpleName() + (message.isEmpty() ? "" : ": " + message)
                        + " (a fault of this program: run again with --verbose and report the stack trace)";
        };
    }
}
