package io.vfiouser.nvme.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vfiouser.nvme.endurance.ChildJvm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryBlockDevicePoolTest extends BlockDevicePoolContract {
    private static final String UUID_TEXT = "01234567-89ab-4cde-8f01-23456789abcd";

    @TempDir
    private Path folder;

    @Override
    BlockDevicePool open() {
        return DirectoryBlockDevicePool.open(folder, CAPACITY);
    }

    @Test
    void findsItsDevicesAgainWithNumberIdentityBlockSizeAndContent() {
        BlockIdentity derived = BlockIdentity.of(UUID.fromString(UUID_TEXT));
        BlockIdentity odd = new BlockIdentity(1, 0, 0xFEDC_BA98_7654_3210L, UUID.randomUUID());
        pool.create(7, 1 << 20, 4096, odd);
        BlockDevice device = pool.create(3, 1 << 20, 512, derived);
        pool.delete(pool.create(5, 1 << 20, 512, BlockIdentity.random()));
        try (Arena arena = Arena.ofShared()) {
            MemorySegment memory = arena.allocate(512).fill((byte) 9);
            device.activate();
            try (BlockChannel channel = device.openChannel(Waker.NONE)) {
                TestRequest request = new TestRequest().with(memory);
                request.write(100, 1, false);
                assertThat(request.run(channel)).isEqualTo(BlockStatus.OK);
            }
            pool.close();
            pool = open();

            Map<Integer, BlockDevice> found = pool.existing();
            assertThat(found.keySet()).containsExactly(3, 7);
            assertThat(found.get(3).identity()).isEqualTo(derived);
            assertThat(found.get(3).blockSizeBytes()).isEqualTo(512);
            assertThat(found.get(7).identity()).isEqualTo(odd);
            assertThat(found.get(7).blockSizeBytes()).isEqualTo(4096);
            assertThat(pool.unallocatedBytes()).isEqualTo(CAPACITY - (2 << 20));
            BlockDevice again = found.get(3);
            again.activate();
            try (BlockChannel channel = again.openChannel(Waker.NONE)) {
                TestRequest request = new TestRequest().with(memory.fill((byte) 0));
                request.read(100, 1);
                assertThat(request.run(channel)).isEqualTo(BlockStatus.OK);
                assertThat(memory.mismatch(arena.allocate(512).fill((byte) 9))).isEqualTo(-1);
            }
            pool.delete(again);
        }
        assertThat(imagesOf(folder)).hasSize(1);
    }

    @Test
    void imagesAreSparseAndNamedAfterWhatTheyAre() throws IOException {
        pool.create(3, CAPACITY, 512, BlockIdentity.of(UUID.fromString(UUID_TEXT)));
        Path image = folder.resolve("ns-3.512." + UUID_TEXT + ".img");
        assertThat(image).isRegularFile();
        assertThat(Files.size(image)).isEqualTo(CAPACITY);
        pool.existing().get(3).activate();
        List<Long> extents = new ArrayList<>();
        pool.existing().get(3).forEachAllocatedExtent(0, CAPACITY / 512, (first, count) -> extents.add(first));
        assertThat(extents).isEmpty();
        assertThat(pool.existing().get(3).capabilities().description()).contains(image.toString());
    }

    @Test
    void removesWhatACrashLeftUnfinishedAndLeavesAloneWhatIsNotItsOwn() throws IOException {
        pool.close();
        Path unfinished = Files.createFile(folder.resolve("ns-1.512." + UUID_TEXT + ".img.new"));
        List<Path> others = List.of(
                Files.createFile(folder.resolve("notes.txt")),
                Files.createFile(folder.resolve("notes.txt.new")),
                Files.createFile(folder.resolve("ns-0.512." + UUID_TEXT + ".img")),
                Files.createFile(folder.resolve("ns-99999999999.512." + UUID_TEXT + ".img")),
                Files.createFile(folder.resolve("ns-9999999999.512." + UUID_TEXT + ".img")),
                Files.createFile(folder.resolve("ns-1.1024." + UUID_TEXT + ".img")),
                Files.createFile(folder.resolve("ns-1.512." + UUID_TEXT.toUpperCase(Locale.ROOT) + ".img")),
                Files.createFile(
                        folder.resolve("ns-1.512." + UUID_TEXT + "." + "0".repeat(16) + "." + "0".repeat(32) + ".img")),
                Files.createFile(folder.resolve("ns-1.512.nonsense.img")),
                Files.createDirectory(folder.resolve("ns-2.512." + UUID_TEXT + ".img")),
                Files.createSymbolicLink(folder.resolve("ns-3.512." + UUID_TEXT + ".img"), Path.of("/dev/zero")));
        pool = open();
        assertThat(pool.existing()).isEmpty();
        assertThat(unfinished).doesNotExist();
        assertThat(others)
                .allSatisfy(path -> assertThat(Files.exists(path, LinkOption.NOFOLLOW_LINKS))
                        .isTrue());
        // An unfinished image of the same name is in nobody's way.
        pool.create(1, 512, 512, BlockIdentity.of(UUID.fromString(UUID_TEXT)));
    }

    @Test
    void ofTwoImagesWithOneNumberItServesOne() throws IOException {
        pool.create(1, 512, 512, BlockIdentity.of(UUID.fromString(UUID_TEXT)));
        pool.close();
        TestFiles.sized(folder.resolve("ns-1.512." + UUID.randomUUID() + ".img"), 512);
        pool = open();
        assertThat(pool.existing()).hasSize(1);
        assertThat(imagesOf(folder)).hasSize(2);
    }

    @Test
    void anImageThatCannotBeServedIsAnErrorThatNamesIt() throws IOException {
        pool.close();
        Path odd = TestFiles.sized(folder.resolve("ns-1.4096." + UUID_TEXT + ".img"), 512);
        assertThatThrownBy(this::open)
                .isInstanceOf(BlockDeviceException.class)
                .hasMessageContaining(odd.toString())
                .hasMessageContaining("truncate -s %4096");
        TestFiles.sized(odd, 4096);
        // The failed attempt has not kept the folder.
        pool = open();
        assertThat(pool.existing()).containsOnlyKeys(1);
    }

    @Test
    void lessCapacityThanItsImagesTakeLeavesNoneForMore() {
        pool.create(1, CAPACITY, 512, BlockIdentity.random());
        pool.close();
        pool = DirectoryBlockDevicePool.open(folder, 512);
        assertThat(pool.existing()).containsOnlyKeys(1);
        assertThat(pool.unallocatedBytes()).isZero();
        assertThatThrownBy(() -> pool.create(2, 512, 512, BlockIdentity.random()))
                .isInstanceOf(InsufficientCapacityException.class);
    }

    @Test
    void onePoolAtATimeUsesAFolder() throws IOException, InterruptedException {
        assertThatThrownBy(this::open)
                .isInstanceOf(BlockDeviceException.class)
                .hasMessageContaining("is in use by somebody else: stop that server, or name another folder");
        pool.close();
        Process other = ChildJvm.of(LockHolder.class.getName(), List.of(folder.toString()))
                .start();
        try {
            assertThat(other.inputReader().readLine()).isEqualTo("locked");
            assertThatThrownBy(this::open).hasMessageContaining("is in use by somebody else");
            // A killed owner keeps nothing, and what it made is there.
            other.destroyForcibly().waitFor();
            pool = open();
            assertThat(pool.existing()).containsOnlyKeys(1);
        } finally {
            other.destroyForcibly();
        }
    }

    @Test
    void saysWhatIsWrongWithAFolderAndWhatToDo() throws IOException {
        Path missing = folder.resolve("missing");
        assertThatThrownBy(() -> DirectoryBlockDevicePool.open(missing, CAPACITY))
                .isInstanceOf(BlockDeviceException.class)
                .hasMessageContaining("mkdir -p " + missing);
        Path file = Files.createFile(folder.resolve("file"));
        assertThatThrownBy(() -> DirectoryBlockDevicePool.open(file, CAPACITY))
                .isInstanceOf(BlockDeviceException.class)
                .hasMessageContaining(file + " is no folder");
        for (long capacity : new long[] {0, -1}) {
            assertThatThrownBy(() -> DirectoryBlockDevicePool.open(missing, capacity))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("capacity of " + capacity)
                    .hasMessageContaining("give it more");
        }
    }

    @Test
    void aFolderThatCannotBeWrittenIsRefused() {
        // Nobody makes files there, not even root.
        Path readOnly = Path.of("/sys/kernel");
        Assumptions.assumeTrue(Files.isDirectory(readOnly));
        assertThatThrownBy(() -> DirectoryBlockDevicePool.open(readOnly, CAPACITY))
                .isInstanceOf(BlockDeviceException.class)
                .hasMessageContaining("cannot write to the folder " + readOnly)
                .hasMessageContaining("check its permissions");
    }

    @Test
    void whatTheFileSystemCannotHoldIsInsufficientCapacityAndLeavesNothing() {
        pool.close();
        long size = Long.MAX_VALUE / 4096 * 4096;
        pool = DirectoryBlockDevicePool.open(folder, size);
        try {
            pool.delete(pool.create(1, size, 4096, BlockIdentity.random()));
        } catch (InsufficientCapacityException e) {
            assertThat(e).hasMessageContaining("takes no file of " + size + " bytes");
        }
        assertThat(pool.unallocatedBytes()).isEqualTo(size);
        assertThat(pool.existing()).isEmpty();
        assertThat(imagesOf(folder)).isEmpty();
    }

    private static List<Path> imagesOf(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> f.getFileName().toString().startsWith("ns-"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
