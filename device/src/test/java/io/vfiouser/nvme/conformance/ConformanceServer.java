package io.vfiouser.nvme.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.endurance.ServerProcess;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.ExtensionContext;

/** The process that serves the controller under test: one for the whole suite, ended with it in order, whatever tests fail. */
final class ConformanceServer implements AutoCloseable {
    private static final ExtensionContext.Namespace STORE = ExtensionContext.Namespace.create(ConformanceServer.class);

    private final Path folder;
    private final ServerProcess process;
    private final Thread lastResort;

    private ConformanceServer(Path folder, ServerProcess process) {
        this.folder = folder;
        this.process = process;
        this.lastResort = Thread.ofPlatform().unstarted(process::close);
        Runtime.getRuntime().addShutdownHook(lastResort);
    }

    /** The suite's server, started by the first who asks. */
    static ConformanceServer of(ExtensionContext context) {
        return context.getRoot()
                .getStore(STORE)
                .computeIfAbsent(ConformanceServer.class, key -> start(), ConformanceServer.class);
    }

    private static ConformanceServer start() {
        try {
            Path folder = Files.createTempDirectory("vfu");
            Path image = folder.resolve("disk.img");
            try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
                file.setLength(TestedNamespace.FILE.blocks() * TestedNamespace.BLOCK_BYTES);
            }
            ServerProcess process = ServerProcess.listening(
                    folder.resolve("s"),
                    "--ram",
                    Long.toString(TestedNamespace.RAM.lengthBytes()),
                    "--file",
                    image.toString(),
                    "--null",
                    Long.toString(TestedNamespace.NULL.lengthBytes()));
            return new ConformanceServer(folder, process);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path socket() {
        return folder.resolve("s");
    }

    void assertAlive() {
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
