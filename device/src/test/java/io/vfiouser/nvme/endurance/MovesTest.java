package io.vfiouser.nvme.endurance;

import io.vfiouser.mover.PreCopy;
import io.vfiouser.nvme.NvmeDevice;
import io.vfiouser.nvme.block.FileBlockDevice;
import io.vfiouser.nvme.block.RamBlockDevice;
import io.vfiouser.nvme.block.SharedMemoryFolder;
import io.vfiouser.nvme.driver.DriverOptions;
import io.vfiouser.nvme.migration.StorageMode;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A controller under a verified load moves between two processes, there and back, again and again: no command is lost or completed twice, no
 * block is corrupt, and asynchronous events come as before. Of several libraries, which {@code make test-abi} gives, the source has the
 * one under test and the destination each of them.
 */
@Timeout(600)
class MovesTest {
    private static final int FEW = 3;
    private static final int MANY = 100;
    private static final int DISK_BYTES = 16 << 20;

    /** In memory: a flush that a disk takes long for may keep a controller from stopping in time, which then goes on where it is. */
    @TempDir(factory = SharedMemoryFolder.class)
    private Path folder;

    private static Path libraryUnderTest() {
        return Path.of(System.getProperty("vfiouser.library"));
    }

    static Stream<Arguments> manyWays() {
        Set<Path> libraries = new LinkedHashSet<>(List.of(libraryUnderTest()));
        Arrays.stream(System.getProperty("vfiouser.test.libs", "").split("\\s+"))
                .filter(name -> !name.isEmpty())
                .map(Path::of)
                .forEach(libraries::add);
        return libraries.stream()
                .flatMap(library -> Arrays.stream(StorageMode.values())
                        .flatMap(storage -> Stream.of(PreCopy.NONE, preCopy(storage))
                                .map(preCopy -> Arguments.of(storage, preCopy, library))));
    }

    /** There is nothing to copy beforehand but memory if the content stays where it is. */
    private static PreCopy preCopy(StorageMode storage) {
        return storage == StorageMode.SHARED ? PreCopy.MEMORY : PreCopy.MEMORY_AND_STATE;
    }

    @ParameterizedTest
    @EnumSource(StorageMode.class)
    void aFewMovesInARowLoseNothing(StorageMode storage) throws IOException {
        PreCopy preCopy = storage == StorageMode.SHARED ? PreCopy.NONE : PreCopy.MEMORY_AND_STATE;
        between(libraryUnderTest(), storage, preCopy, MovingDisk.DRIVER, FEW, List.of(), List.of());
    }

    @ParameterizedTest
    @MethodSource("manyWays")
    @Tag("soak")
    void aHundredMovesInARowLoseNothing(StorageMode storage, PreCopy preCopy, Path library) throws IOException {
        between(library, storage, preCopy, MovingDisk.DRIVER, MANY, List.of(), List.of());
    }

    @Test
    @Tag("soak")
    void aHundredMovesWithShadowDoorbellsOfAControllerThatSleepsLoseNothing() throws IOException {
        List<String> options = List.of("--doorbells", "trapped", "--poll", "event");
        DriverOptions driver = MovingDisk.DRIVER.withShadowDoorbells(true);
        between(libraryUnderTest(), StorageMode.COPY, PreCopy.MEMORY_AND_STATE, driver, MANY, options, options);
    }

    @Test
    @Tag("soak")
    void aHundredMovesBetweenMappedAndTrappedDoorbellsLoseNothing() throws IOException {
        List<String> trapped = List.of("--doorbells", "trapped");
        between(
                libraryUnderTest(),
                StorageMode.SHARED,
                PreCopy.MEMORY,
                MovingDisk.DRIVER,
                MANY,
                List.of("--doorbells", "mapped"),
                trapped);
    }

    @Test
    @Tag("soak")
    void aHundredMovesOfAGuestThatWaitsForInterruptsLoseNothing() throws IOException {
        DriverOptions driver = MovingDisk.DRIVER.withInterrupts(true);
        between(libraryUnderTest(), StorageMode.COPY, PreCopy.MEMORY_AND_STATE, driver, MANY, List.of(), List.of());
    }

    @Test
    @Tag("soak")
    void aHundredMovesOfAControllerWithTwoPollersLoseNothing() {
        Path source = folder.resolve("a");
        Path destination = folder.resolve("b");
        try (NvmeDevice _ = twoPollers(source, false);
                NvmeDevice _ = twoPollers(destination, true)) {
            MovingDisk.move("two pollers", source, destination, MovingDisk.DRIVER, PreCopy.MEMORY_AND_STATE, MANY);
        }
    }

    /** What is in memory the poller does; of a disk it would be the workers' as here. */
    @Test
    void aFewMovesOfAFileThatWorkersReadAndWriteLoseNothing() throws IOException {
        movesOfAFileOfWorkers(FEW);
    }

    @Test
    @Tag("soak")
    void aHundredMovesOfAFileThatWorkersReadAndWriteLoseNothing() throws IOException {
        movesOfAFileOfWorkers(MANY);
    }

    private void movesOfAFileOfWorkers(int times) throws IOException {
        Path source = folder.resolve("a");
        Path destination = folder.resolve("b");
        Path image = image();
        try (NvmeDevice _ = fileOfWorkers(image, source, false);
                NvmeDevice _ = fileOfWorkers(image, destination, true)) {
            MovingDisk.move("a file and its workers", source, destination, MovingDisk.DRIVER, PreCopy.MEMORY, times);
        }
    }

    private static NvmeDevice fileOfWorkers(Path image, Path socket, boolean incoming) {
        return NvmeDevice.builder()
                .namespace(FileBlockDevice.builder(image)
                        .readsFromCacheOnPoller(false)
                        .open())
                .socket(socket)
                .storage(StorageMode.SHARED)
                .incoming(incoming)
                .start();
    }

    private static NvmeDevice twoPollers(Path socket, boolean incoming) {
        return NvmeDevice.builder()
                .namespace(RamBlockDevice.ofSize(DISK_BYTES))
                .socket(socket)
                .pollers(2)
                .incoming(incoming)
                .start();
    }

    /** Moves between a server with the library under test and one with the library given. */
    private void between(
            Path library,
            StorageMode storage,
            PreCopy preCopy,
            DriverOptions driver,
            int times,
            List<String> sourceOptions,
            List<String> destinationOptions)
            throws IOException {
        Path source = folder.resolve("a");
        Path destination = folder.resolve("b");
        List<String> disk = disk(storage);
        List<String> incoming = new ArrayList<>(joined(disk, destinationOptions));
        incoming.add("--incoming");
        try (ServerProcess a = ServerProcess.listening(libraryUnderTest(), source, joined(disk, sourceOptions));
                ServerProcess b = ServerProcess.listening(library, destination, incoming)) {
            try {
                MovingDisk.move(
                        storage + ", pre-copy " + preCopy + " " + sourceOptions + " " + destinationOptions,
                        source,
                        destination,
                        driver,
                        preCopy,
                        times);
            } catch (AssertionError e) {
                e.addSuppressed(new AssertionError("between " + a + " and " + b));
                throw e;
            }
        }
    }

    private List<String> disk(StorageMode storage) throws IOException {
        if (storage == StorageMode.COPY) {
            return List.of("--ram", Integer.toString(DISK_BYTES));
        }
        return List.of("--file", image().toString(), "--storage", "shared");
    }

    private Path image() throws IOException {
        Path image = folder.resolve("disk.img");
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(DISK_BYTES);
        }
        return image;
    }

    private static List<String> joined(List<String> first, List<String> then) {
        return Stream.concat(first.stream(), then.stream()).toList();
    }
}
