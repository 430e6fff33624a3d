package io.vfiouser.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** One of libvfio-user's own sample programs, running on a socket of its own. */
final class SampleServer implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(10);

    private final Process process;
    private final Path socket;
    private final Path output;

    private SampleServer(Process process, Path socket, Path output) {
        this.process = process;
        this.socket = socket;
        this.output = output;
    }

    /** The program; a missing one is a failure, since a test that silently does nothing proves nothing. */
    static Path program(String name) {
        Path program = Path.of(System.getProperty("vfiouser.test.native.dir", "native"), "samples", name);
        assertThat(program)
                .withFailMessage("the sample server %s is missing: run `make native-samples` first", program)
                .isExecutable();
        return program;
    }

    static SampleServer start(Path folder, String name, String... options) {
        Path socket = folder.resolve(name + ".sock");
        Path output = folder.resolve(name + ".out");
        List<String> command = new ArrayList<>();
        command.add(program(name).toString());
        command.addAll(List.of(options));
        command.add(socket.toString());
        try {
            Files.deleteIfExists(socket);
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            return new SampleServer(process, socket, output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    VfioUserClient connect() {
        return connect(ClientOptions.defaults().withTimeout(Duration.ofSeconds(5)));
    }

    /** The socket appears a moment after the process, and is listened on a moment later still. */
    VfioUserClient connect(ClientOptions options) {
        long start = System.nanoTime();
        while (true) {
            try {
                return VfioUserClient.connect(socket, options);
            } catch (VfioUserException e) {
                boolean startingUp =
                        e.getMessage().contains("ENOENT") || e.getMessage().contains("ECONNREFUSED");
                // Asked before the output is read: a program that has ended has written all it had to say.
                boolean ended = !process.isAlive();
                // At 0.2b the library refuses the sample's own BAR of three pages: nothing can be proved with it there.
                assumeThat(output())
                        .as("libvfio-user's sample server does not start on this libvfio-user")
                        .doesNotContain("must be a power of 2");
                if (!startingUp || ended || System.nanoTime() - start > START.toNanos()) {
                    throw new AssertionError("cannot connect; the server printed: " + output(), e);
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
            }
        }
    }

    Path socket() {
        return socket;
    }

    void kill() {
        process.destroyForcibly();
    }

    boolean awaitExit() {
        try {
            return process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    String output() {
        try {
            return Files.readString(output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        awaitExit();
    }
}
