package io.vfiouser.nvme.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * {@code nvme-vfu train}: does once, in one process, what the program is used for: two servers of each kind, a host that reads and
 * writes, and many moves between them. A JVM that runs it with {@code -XX:AOTCacheOutput} writes down which classes it loaded and
 * which methods were worth compiling (JEP 514, JEP 515), and one that starts with that cache compiles them at once. That counts for
 * live migration above all: its code runs seldom, so that without it the first hundred moves are made by the interpreter.
 *
 * <p>{@code device/bin/aot-cache} runs it at the end of a build. Not for users, hence hidden.
 */
@Command(name = "train", hidden = true, description = "Do what the program is used for, for the JVM to remember.")
final class TrainCommand implements Callable<Integer> {
    private static final Duration START_PATIENCE = Duration.ofSeconds(20);
    private static final long LOOK_NANOS = 20_000_000;
    private static final int DISK_MIB = 64;
    private static final String FILE_SECONDS = "0.5";
    /** Together so long that the compiler takes memory for the usual back end: there it counts what code a command takes. */
    private static final String RAM_SECONDS = "0.7";

    private static final String SECONDS_BETWEEN_MOVES = "0.05";
    /** So many that the compiler has seen what a move does; even, so that the device is back in the end. */
    private static final String MOVES = "160";

    private static final String MOVES_WITH_CONTENT = "10";
    /** Nothing is measured, and a busy machine that copies slowly learns as much. */
    private static final String ANY_DOWNTIME_MILLIS = "10000";

    @Mixin
    final CommonOptions common = new CommonOptions();

    TrainCommand() {}

    @Override
    public Integer call() throws IOException {
        Path folder = Files.createTempDirectory("nvme-vfu-train");
        try {
            train(folder);
        } finally {
            delete(folder);
        }
        return ExitCode.OK;
    }

    private static void train(Path folder) throws IOException {
        Path image = folder.resolve("disk.img");
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength((long) DISK_MIB << 20);
        }
        Path shared = serve(folder.resolve("a"), "--file", image.toString(), "--storage", "shared");
        Path sharedTo = serve(folder.resolve("b"), "--file", image.toString(), "--storage", "shared", "--incoming");
        Path copied = serve(folder.resolve("c"), "--ram", DISK_MIB + "M");
        Path copiedTo = serve(folder.resolve("d"), "--ram", DISK_MIB + "M", "--incoming");
        run("identify", shared.toString());
        load(shared, "randrw", FILE_SECONDS);
        for (String mode : List.of("randread", "randwrite", "randrw", "read", "write", "verify")) {
            load(copied, mode, RAM_SECONDS);
        }
        move(shared, sharedTo, "--storage", "shared", "--times", MOVES);
        move(copied, copiedTo, "--times", MOVES_WITH_CONTENT, "--span", "8M", "--depth", "4");
    }

    private static void load(Path socket, String mode, String seconds) {
        run("io", socket.toString(), "--mode", mode, "--seconds", seconds, "--span", "32M", "--destroy-data");
    }

    private static void move(Path from, Path to, String... options) {
        run(joined(
                options,
                "migrate",
                from.toString(),
                to.toString(),
                "--precopy",
                "--destroy-data",
                "--seconds",
                SECONDS_BETWEEN_MOVES,
                "--downtime",
                ANY_DOWNTIME_MILLIS));
    }

    /** Starts a server that lives as long as the process, and waits until it listens. */
    private static Path serve(Path socket, String... options) {
        String[] arguments = joined(options, "serve", "--socket", socket.toString());
        CompletableFuture<Void> server = CompletableFuture.runAsync(
                () -> run(arguments), task -> Thread.ofPlatform().daemon().start(task));
        long end = System.nanoTime() + START_PATIENCE.toNanos();
        while (!Files.exists(socket)) {
            if (server.isCompletedExceptionally()) {
                throw new CommandFailure(String.valueOf(server.exceptionNow().getMessage()), server.exceptionNow());
            }
            if (System.nanoTime() > end) {
                throw new CommandFailure("'" + String.join(" ", arguments) + "' does not listen within "
                        + START_PATIENCE.toSeconds() + " s");
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
        return socket;
    }

    private static String[] joined(String[] last, String... first) {
        return Stream.concat(Stream.of(first), Stream.of(last)).toArray(String[]::new);
    }

    private static void run(String... arguments) {
        StringWriter errors = new StringWriter();
        CommandLine line = Main.commandLine();
        line.setOut(new PrintWriter(Writer.nullWriter()));
        line.setErr(new PrintWriter(errors));
        int code = line.execute(arguments);
        if (code != ExitCode.OK) {
            throw new CommandFailure("'" + String.join(" ", arguments) + "' ended with " + code + ": " + errors);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            all.sorted(Comparator.reverseOrder()).forEach(path -> {
                try {
                    Files.deleteIfExists(path);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}
