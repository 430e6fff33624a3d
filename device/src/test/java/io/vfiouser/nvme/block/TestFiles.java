package io.vfiouser.nvme.block;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;

/** Image files, and the commands that make things of them. */
final class TestFiles {
    private TestFiles() {}

    /** A new sparse image. */
    static Path image(Path folder, long bytes) throws IOException {
        return sized(Files.createTempFile(folder, "disk", ".img"), bytes);
    }

    /** Makes a file that long, and makes it if there is none. */
    static Path sized(Path path, long bytes) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.setLength(bytes);
        }
        return path;
    }

    /** Whether the command exists and succeeded. */
    static boolean run(String... command) throws IOException, InterruptedException {
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
