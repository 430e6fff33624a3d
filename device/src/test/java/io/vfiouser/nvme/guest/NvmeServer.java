package io.vfiouser.nvme.guest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/** {@code nvme-vfu serve} as it is shipped: {@code device/bin/nvme-vfu} in a process of its own. */
final class NvmeServer implements AutoCloseable {
    /** Where the tests are run. */
    private static final Path PROGRAM = Path.of("bin", "nvme-vfu");

    private static final Duration LIMIT = Duration.ofSeconds(60);
    /** Of a second: what the kernel counts a process's time in, on x86. */
    private static final long TICK_MILLIS = 10;

    private final List<Pattern> provoked = new ArrayList<>();
    private final List<Path> sockets;
    private final Path folder;
    private final Process process;

    private NvmeServer(List<Path> sockets, Path folder, Process process) {
        this.sockets = sockets;
        this.folder = folder;
        this.process = process;
    }

    /** Starts it and waits until guests may attach. */
    static NvmeServer start(List<Path> sockets, Path folder, List<String> options) {
        List<String> command = new ArrayList<>(List.of(PROGRAM.toAbsolutePath().toString(), "serve"));
        sockets.forEach(socket -> command.addAll(List.of("--socket", socket.toString())));
        command.addAll(options);
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(folder.resolve("out").toFile())
                .redirectError(folder.resolve("err").toFile());
        builder.environment().put("VFIO_USER_LIBRARY", System.getProperty("vfiouser.library"));
        try {
            Files.writeString(folder.resolve("command"), String.join(" ", command) + "\n");
            NvmeServer server = new NvmeServer(sockets, folder, builder.start());
            String last = "listening on " + sockets.getLast();
            Awaitility.await()
                    .atMost(LIMIT)
                    .until(() -> server.read("out").contains(last) || !server.process.isAlive());
            assertThat(server.process.isAlive()).as(server.read("err")).isTrue();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Of its only controller. */
    Path socket() {
        assertThat(sockets).hasSize(1);
        return sockets.getFirst();
    }

    /** Of the nth controller. */
    Path socket(int n) {
        return sockets.get(n);
    }

    /** Processor time that it has used since its start, of all its threads. */
    Duration processorTime() {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
            // proc(5): utime and stime are fields 14 and 15; the second field is a name in brackets that may hold
            // blanks.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            return Duration.ofMillis((Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * TICK_MILLIS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the scenario makes the server warn of: the lines of its log in which the expression is found. */
    NvmeServer provoked(String expression) {
        provoked.add(Pattern.compile(expression));
        return this;
    }

    /** SIGTERM, to which it has to answer with success, and it must have logged no warning and no error that was not provoked. */
    void terminate() {
        if (process.isAlive()) {
            process.destroy();
            assertThat(exitCode())
                    .as("exit code of the server; %s", read("err"))
                    .isZero();
        }
        assertThat(read("err")
                        .lines()
                        .filter(line -> line.contains(" WARN ") || line.contains(" ERROR "))
                        .filter(line -> provoked.stream()
                                .noneMatch(expected -> expected.matcher(line).find())))
                .as("the server's log, in %s", folder.toAbsolutePath())
                .isEmpty();
    }

    /** Waits until so many clients have come and gone. */
    void awaitClients(int count) {
        Awaitility.await()
                .atMost(LIMIT)
                .until(() -> read("err")
                                .lines()
                                .filter(line -> line.contains("the client is gone"))
                                .count()
                        >= count);
    }

    /** SIGKILL. */
    void kill() {
        process.destroyForcibly();
        exitCode();
    }

    private int exitCode() {
        try {
            assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS))
                    .as("the server ends within %s", LIMIT)
                    .isTrue();
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private String read(String file) {
        try {
            return Files.readString(folder.resolve(file));
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
