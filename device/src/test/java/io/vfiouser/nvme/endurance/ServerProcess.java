package io.vfiouser.nvme.endurance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** {@code nvme-vfu serve} in a process of its own, and what it printed. */
public final class ServerProcess implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 20;

    private final Process process;
    private final List<String> lines = new ArrayList<>();
    private final Thread reader;

    private ServerProcess(Process process) {
        this.process = process;
        this.reader = Thread.ofPlatform().daemon().name("server-output").start(this::read);
    }

    /** Starts it; {@link #awaitListening} says when a client may attach. */
    public static ServerProcess start(Path socket, String... options) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("serve", "--socket", socket.toString()));
        arguments.addAll(List.of(options));
        return start(ChildJvm.of("io.vfiouser.nvme.cli.Main", arguments));
    }

    /** Starts one that compiles what is hot as a server does, and waits until a client may attach. */
    public static ServerProcess optimising(Path socket, String... options) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("serve", "--socket", socket.toString()));
        arguments.addAll(List.of(options));
        ServerProcess server = start(ChildJvm.optimising("io.vfiouser.nvme.cli.Main", arguments));
        server.awaitListening();
        return server;
    }

    private static ServerProcess start(ProcessBuilder command) throws IOException {
        return new ServerProcess(command.redirectErrorStream(true)
                .redirectError(ProcessBuilder.Redirect.PIPE)
                .start());
    }

    /** Starts it and waits until a client may attach. */
    public static ServerProcess listening(Path socket, String... options) throws IOException {
        ServerProcess server = start(socket, options);
        server.awaitListening();
        return server;
    }

    /** Starts one with a libvfio-user of its own, and waits until a client may attach. */
    static ServerProcess listening(Path library, Path socket, List<String> options) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("serve", "--socket", socket.toString()));
        arguments.addAll(options);
        ServerProcess server = start(ChildJvm.with(library, "io.vfiouser.nvme.cli.Main", arguments));
        server.awaitListening();
        return server;
    }

    public void awaitListening() {
        awaitCount(1, line -> line.contains("listening on"));
    }

    /** Waits until that many lines were printed of which the predicate is true. */
    public void awaitCount(long times, Predicate<String> wanted) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        synchronized (lines) {
            while (count(wanted) < times) {
                long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                if (left <= 0 || !reader.isAlive()) {
                    throw new AssertionError("the server did not say what was expected: " + this);
                }
                try {
                    lines.wait(Math.min(left, 50));
                } catch (InterruptedException e) {
                    throw new AssertionError("interrupted", e);
                }
            }
        }
    }

    /** How many lines were printed so far of which the predicate is true. */
    public long count(Predicate<String> wanted) {
        synchronized (lines) {
            return lines.stream().filter(wanted).count();
        }
    }

    /** SIGKILL; returns when the process is gone. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** SIGTERM; returns the exit code. */
    public int terminate() throws InterruptedException {
        process.destroy();
        assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS))
                .as("ends after SIGTERM")
                .isTrue();
        return process.exitValue();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** How many descriptors it has open. */
    public long descriptors() throws IOException {
        try (Stream<Path> files = Files.list(proc("fd"))) {
            return files.count();
        }
    }

    /** Whether it has some guest's memory mapped. */
    public boolean hasGuestMemory() throws IOException {
        try (Stream<String> mappings = Files.lines(proc("maps"))) {
            return mappings.anyMatch(line -> line.contains("memfd:guest"));
        }
    }

    private Path proc(String name) {
        return Path.of("/proc", Long.toString(process.pid()), name);
    }

    private void read() {
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            String line;
            while ((line = output.readLine()) != null) {
                synchronized (lines) {
                    lines.add(line);
                    lines.notifyAll();
                }
            }
        } catch (UncheckedIOException | IOException e) {
            // The process is gone: its end of the pipe, too.
            synchronized (lines) {
                lines.notifyAll();
            }
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    @Override
    public String toString() {
        synchronized (lines) {
            return "server " + process.pid() + " that printed " + lines;
        }
    }
}
