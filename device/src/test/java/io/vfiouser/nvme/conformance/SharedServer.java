package io.vfiouser.nvme.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.endurance.ServerProcess;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A server process that all tests of a kind use, one after the other. It is started by the first of them and ended in order after the
 * last test of the run, whatever tests fail.
 */
public final class SharedServer implements AutoCloseable {
    /** The options to serve with. */
    @FunctionalInterface
    public interface Options {
        /** {@code folder} is there for files that are gone with the server. */
        List<String> in(Path folder) throws IOException;
    }

    private static final ExtensionContext.Namespace STORE = ExtensionContext.Namespace.create(SharedServer.class);
    private static final String SOCKET = "s";

    private final Path folder;
    private final ServerProcess process;
    private final Thread lastResort;

    private SharedServer(Path folder, ServerProcess process) {
        this.folder = folder;
        this.process = process;
        this.lastResort = Thread.ofPlatform().unstarted(process::close);
        Runtime.getRuntime().addShutdownHook(lastResort);
    }

    /** The server of that name, started with the options if it is not there yet. */
    public static SharedServer of(ExtensionContext context, String name, Options options) {
        return context.getRoot().getStore(STORE).computeIfAbsent(name, key -> start(options), SharedServer.class);
    }

    private static SharedServer start(Options options) {
        try {
            Path folder = Files.createTempDirectory("vfu");
            String[] all = options.in(folder).toArray(String[]::new);
            return new SharedServer(folder, ServerProcess.listening(folder.resolve(SOCKET), all));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A disk image of zeroes to be served. */
    public static Path image(Path folder, long lengthBytes) throws IOException {
        Path image = folder.resolve("disk.img");
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(lengthBytes);
        }
        return image;
    }

    public Path socket() {
        return folder.resolve(SOCKET);
    }

    public void assertAlive() {
        assertThat(process.isAlive()).as(process::toString).isTrue();
    }

    @Override
    public void close() throws IOException {
        Runtime.getRuntime().removeShutdownHook(lastResort);
        try (process) {
            assertThat(process.terminate()).as(process::toString).isZero();
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        } finally {
            Files.deleteIfExists(folder.resolve("disk.img"));
            Files.deleteIfExists(socket());
            Files.delete(folder);
        }
    }
}
