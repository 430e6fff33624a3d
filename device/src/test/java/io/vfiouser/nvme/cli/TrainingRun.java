package io.vfiouser.nvme.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/**
 * Loads what child virtual machines load, for their class archive: serves a disk in the folder given, and uses it as a client.
 */
public final class TrainingRun {
    private static final long POLL_NANOS = 5_000_000;

    private TrainingRun() {}

    /** Takes an empty folder. */
    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        Path image = Files.write(folder.resolve("disk.img"), new byte[1 << 20]);
        String socket = folder.resolve("s").toString();
        Thread.ofPlatform().daemon().start(() -> {
            int code =
                    Main.commandLine().execute("serve", "--socket", socket, "--ram", "1M", "--file", image.toString());
            System.exit(code);
        });
        while (!Files.exists(Path.of(socket))) {
            LockSupport.parkNanos(POLL_NANOS);
        }
        int code = Main.commandLine().execute("identify", socket);
        if (code == ExitCode.OK) {
            code = Main.commandLine()
                    .execute("io", socket, "--mode", "verify", "--seconds", "0.1", "--destroy-data", "--span", "64K");
        }
        System.exit(code);
    }
}
