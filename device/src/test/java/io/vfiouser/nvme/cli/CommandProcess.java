package io.vfiouser.nvme.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.endurance.ChildJvm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** {@code nvme-vfu} in a process of its own, from the classes that are being tested. */
final class CommandProcess implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final Process process;
    private final Path out;
    private final Path err;

    private CommandProcess(Process process, Path out, Path err) {
        this.process = process;
        this.out = out;
        this.err = err;
    }

    /** Starts a command; its output goes to files in {@code folder}. */
    static CommandProcess start(Path folder, String... arguments) {
        try {
            Path out = Files.createTempFile(folder, "out", ".txt");
            Path err = Files.createTempFile(folder, "err", ".txt");
            Process process = ChildJvm.of(Main.class.getName(), List.of(arguments))
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile())
                    .start();
            return new CommandProcess(process, out, err);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts {@code serve} and waits until a client may attach. */
    static CommandProcess serve(Path folder, Path socket, String... options) {
        List<String> arguments = new ArrayList<>(List.of("serve", "--socket", socket.toString()));
        arguments.addAll(List.of(options));
        CommandProcess server = start(folder, arguments.toArray(String[]::new));
        try {
            Awaitility.await()
                    .atMost(LIMIT)
                    .pollInterval(Duration.ofMillis(10))
                    .until(() -> server.out().startsWith("listening on ") || !server.process.isAlive());
            assertThat(server.process.isAlive()).as(server.err()).isTrue();
            return server;
        } catch (RuntimeException | Error e) {
            server.close();
            throw e;
        }
    }

    /** Runs a command to its end. */
    static CommandProcess run(Path folder, String... arguments) {
        CommandProcess command = start(folder, arguments);
        command.exitCode();
        return command;
    }

    /** Waits for the end. */
    int exitCode() {
        try {
            if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("the command did not end within " + LIMIT + ": " + out() + err());
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** SIGTERM; returns the exit code. */
    int terminate() {
        process.destroy();
        return exitCode();
    }

    /** SIGKILL. */
    void kill() {
        process.destroyForcibly();
        exitCode();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    String out() {
        return read(out);
    }

    String err() {
        return read(err);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends it if it still runs. */
    @Override
    public void close() {
        process.destroyForcibly();
    }
}
