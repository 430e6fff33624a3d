package io.vfiouser.nvme.endurance;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vfiouser.nvme.block.BlockDeviceException;
import io.vfiouser.nvme.block.FileBlockDevice;
import io.vfiouser.nvme.driver.DriverOptions;
import io.vfiouser.nvme.driver.NvmeDriver;
import io.vfiouser.nvme.driver.NvmeDriverException;
import io.vfiouser.nvme.migration.StorageMode;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Two servers in processes of their own, on image files that outlive them, and who of them lets a host enable the controller. */
final class MoveSides implements AutoCloseable {
    private static final int IMAGE_BYTES = 4 << 20;
    private static final DriverOptions PROBE = DriverOptions.defaults()
            .withQueues(1)
            .withMemoryBytes(2 << 20)
            .withMaximumTransferBytes(64 << 10)
            .withTimeout(Duration.ofSeconds(5));

    private final StorageMode storage;
    private final Path journal;
    private final Side source;
    private final Side destination;

    /** A server's socket and image. */
    static final class Side implements AutoCloseable {
        private final String name;
        private final Path socket;
        private final List<String> disk;
        private final Path image;
        private ServerProcess server;

        private Side(Path folder, String name, Path image, StorageMode storage, String... more) throws IOException {
            this.name = name;
            this.socket = folder.resolve(name);
            this.image = image;
            this.disk = List.of(
                    "--file", image.toString(), "--storage", storage.name().toLowerCase(Locale.ROOT));
            List<String> options = new ArrayList<>(disk);
            options.addAll(List.of(more));
            this.server = ServerProcess.start(socket, options.toArray(String[]::new));
        }

        Path socket() {
            return socket;
        }

        void kill() {
            try {
                server.kill();
            } catch (InterruptedException e) {
                throw new AssertionError("interrupted", e);
            }
        }

        /** What whoever runs it does if it was killed, or does not serve what it has: it serves its image again. */
        void serveAgain() throws IOException {
            kill();
            server = ServerProcess.listening(socket, disk.toArray(String[]::new));
        }

        boolean alive() {
            return server.isAlive();
        }

        @Override
        public void close() {
            server.close();
        }

        @Override
        public String toString() {
            return name + ", " + server;
        }
    }

    private MoveSides(StorageMode storage, Path journal, Side source, Side destination) {
        this.storage = storage;
        this.journal = journal;
        this.source = source;
        this.destination = destination;
    }

    /** Starts both; {@link #awaitListening} waits for them. */
    static MoveSides start(Path folder, StorageMode storage) throws IOException {
        Path image = image(folder.resolve("disk.img"));
        Path other = storage == StorageMode.SHARED ? image : image(folder.resolve("other.img"));
        Side source = new Side(folder, "source", image, storage);
        return new MoveSides(
                storage,
                folder.resolve("journal"),
                source,
                new Side(folder, "destination", other, storage, "--incoming"));
    }

    private static Path image(Path path) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.setLength(IMAGE_BYTES);
        }
        return path;
    }

    MoveSides awaitListening() {
        source.server.awaitListening();
        destination.server.awaitListening();
        return this;
    }

    Side source() {
        return source;
    }

    Side destination() {
        return destination;
    }

    Side other(Side side) {
        return side.equals(source) ? destination : source;
    }

    Path journal() {
        return journal;
    }

    /** Requires that a side serves nobody, if it lives; also for the time after. */
    void requireRefusal(Side side) {
        if (side.alive()) {
            assertThatThrownBy(() -> NvmeDriver.connect(side.socket(), PROBE).close())
                    .as("%s", side)
                    .isInstanceOf(NvmeDriverException.class)
                    .hasMessageContaining("CSTS.CFS");
        }
    }

    /** Requires that the medium of a side is locked: nobody else can write to it. */
    void requireLocked(Side side) throws IOException {
        try (FileBlockDevice device = FileBlockDevice.open(side.image)) {
            assertThatThrownBy(device::activate).isInstanceOf(BlockDeviceException.class);
        }
    }

    /** Requires that one side, and only that, serves a guest, and that it has all that was flushed. */
    void requireOnlyOwner(Side owner) throws IOException {
        try (NvmeDriver driver = NvmeDriver.connect(owner.socket(), PROBE)) {
            JournalledGuest.requireFlushed(driver, journal);
            requireLocked(owner);
            requireRefusal(other(owner));
        }
    }

    @Override
    public void close() throws IOException {
        source.close();
        destination.close();
        Files.deleteIfExists(source.image);
        Files.deleteIfExists(destination.image);
    }

    @Override
    public String toString() {
        return "--storage " + storage + " between " + source + " and " + destination;
    }
}
