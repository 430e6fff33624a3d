package io.vfiouser.nvme.guest;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Servers and guests of a test. All logs stay in {@code target/guest/CLASS/METHOD}; whatever still runs in the end is ended, and a server
 * that lives has to end well.
 */
final class GuestBench implements BeforeEachCallback, AfterEachCallback {
    private static final Path LOGS = Path.of("target", "guest");

    private final List<NvmeServer> servers = new ArrayList<>();
    private final List<Guest> guests = new ArrayList<>();
    private final GuestKit kit = GuestKit.required();
    private Path folder = LOGS;
    private Path scratch = LOGS;

    @Override
    public void beforeEach(ExtensionContext test) {
        String name = test.getDisplayName().replaceAll("[^A-Za-z0-9]+", "-").replaceAll("^-|-$", "");
        String method = test.getRequiredTestMethod().getName();
        folder = LOGS.resolve(test.getRequiredTestClass().getSimpleName())
                .resolve(name.startsWith(method) ? method : method + "-" + name);
        try {
            delete(folder);
            // Of its own, since the path of a socket is limited to 107 bytes.
            scratch = Files.createTempDirectory("vfu");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An empty file for a disk's content, which goes with the test. */
    Path image(String name, long lengthBytes) {
        Path image = scratch.resolve(name);
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(lengthBytes);
            return image;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts a server with one controller. */
    NvmeServer serve(String... options) {
        return serve(1, options);
    }

    /** Starts a server with several controllers of the same namespaces. */
    NvmeServer serve(int controllers, String... options) {
        int number = servers.size() + 1;
        List<Path> sockets = IntStream.range(0, controllers)
                .mapToObj(i -> scratch.resolve("s%d.%d".formatted(number, i)))
                .toList();
        NvmeServer server = NvmeServer.start(sockets, create(folder.resolve("server-" + number)), List.of(options));
        servers.add(server);
        return server;
    }

    /** Starts a guest. */
    Guest boot(GuestSetup setup) {
        String name = "guest-" + (guests.size() + 1);
        Guest guest = Guest.start(kit, setup, create(folder.resolve(name)), create(scratch.resolve(name)));
        guests.add(guest);
        return guest;
    }

    GuestKit kit() {
        return kit;
    }

    @Override
    public void afterEach(ExtensionContext test) {
        try {
            guests.forEach(Guest::close);
            if (test.getExecutionException().isEmpty()) {
                servers.forEach(NvmeServer::terminate);
            }
        } finally {
            servers.forEach(NvmeServer::close);
            delete(scratch);
        }
    }

    private static Path create(Path folder) {
        try {
            return Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
