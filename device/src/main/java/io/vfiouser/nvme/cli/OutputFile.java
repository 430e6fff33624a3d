package io.vfiouser.nvme.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** A file that a command writes in the end: whether it can is found out at the beginning. */
final class OutputFile {

    private OutputFile() {}

    /** Fails if the file cannot be there. */
    static void check(CommandSpec spec, String option, @Nullable Path file) {
        if (file == null) {
            return;
        }
        if (file.toString().isEmpty()) {
            throw new ParameterException(spec.commandLine(), option + " is empty: name a file");
        }
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new ParameterException(spec.commandLine(), option + ": there is no directory " + folder);
        }
        if (Files.isDirectory(file)) {
            throw new ParameterException(
                    spec.commandLine(), option + ": " + file + " is a directory: name a file in it");
        }
        if (!Files.isWritable(Files.exists(file) ? file : folder)) {
            throw new ParameterException(spec.commandLine(), option + ": no permission to write " + file);
        }
    }

    /** Writes it, as UTF-8. */
    static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new CommandFailure("cannot write " + file + ": " + e.getMessage(), e);
        }
    }
}
