package io.vfiouser.nvme.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vfiouser.os.Mapping;
import io.vfiouser.os.MemFd;
import io.vfiouser.os.Protection;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class FileBlockDeviceTest {
    @TempDir
    private Path folder;

    @Nested
    class With512ByteBlocks extends BlockDeviceContract {
        @Override
        BlockDevice create() throws IOException {
            return FileBlockDevice.open(image(BLOCKS * 512L));
        }
    }

    @Nested
    class With4096ByteBlocks extends BlockDeviceContract {
        @Override
        BlockDevice create() throws IOException {
            return FileBlockDevice.builder(image(BLOCKS * 4096L))
                    .blockSizeBytes(4096)
                    .workers(2)
                    .open();
        }
    }

    @Nested
    class WithAllReadsByWorkers extends BlockDeviceContract {
        @Override
        BlockDevice create() throws IOException {
            return FileBlockDevice.builder(image(BLOCKS * 512L))
                    .readsFromCacheOnPoller(false)
                    .workers(1)
                    .open();
        }
    }

    @Nested
    class DelayedAndReordered extends BlockDeviceContract {
        @Override
        BlockDevice create() throws IOException {
            return new FaultInjectingBlockDevice(FileBlockDevice.open(image(BLOCKS * 512L)), 4).delays(3);
        }
    }

    @Nested
    class OnAFileSystemInMemory extends BlockDeviceContract {
        @TempDir(factory = SharedMemoryFolder.class)
        private Path memory;

        @Override
        BlockDevice create() throws IOException {
            return FileBlockDevice.open(sized(memory.resolve("disk.img"), BLOCKS * 512L));
        }
    }

    @Test
    void whatWasFlushedOrWrittenWithForceUnitAccessIsInTheFileAfterReopening() throws IOException {
        Path image = image(1 << 20);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment first = arena.allocate(512).fill((byte) 1);
            MemorySegment second = arena.allocate(512).fill((byte) 2);
            try (FileBlockDevice device = FileBlockDevice.open(image)) {
                device.activate();
                try (BlockChannel channel = device.openChannel(Waker.NONE)) {
                    TestRequest request = new TestRequest().with(first);
                    request.write(0, 1, false);
                    assertThat(request.run(channel)).isEqualTo(BlockStatus.OK);
                    request.flush();
                    assertThat(request.run(channel)).isEqualTo(BlockStatus.OK);
                    TestRequest durable = new TestRequest().with(second);
                    durable.write(1, 1, true);
                    assertThat(durable.run(channel)).isEqualTo(BlockStatus.OK);
                }
            }
            byte[] bytes = Files.readAllBytes(image);
            assertThat(bytes).hasSize(1 << 20);
            assertThat(bytes[511]).isEqualTo((byte) 1);
            assertThat(bytes[512]).isEqualTo((byte) 2);
            assertThat(bytes[1024]).isZero();
        }
    }

    @Test
    void oneOwnerAtATimeInOneProcess() throws IOException {
        Path image = image(1 << 20);
        try (FileBlockDevice first = FileBlockDevice.open(image);
                FileBlockDevice second = FileBlockDevice.open(image);
                FileBlockDevice reader =
                        FileBlockDevice.builder(image).readOnly(true).open();
                FileBlockDevice otherReader =
                        FileBlockDevice.builder(image).readOnly(true).open()) {
            first.activate();
            assertThatThrownBy(second::activate)
                    .isInstanceOf(BlockDeviceException.class)
                    .hasMessageContaining("is locked by somebody else")
                    .hasMessageContaining("stop that one");
            assertThatThrownBy(reader::activate).isInstanceOf(BlockDeviceException.class);
            assertThat(second.active()).isFalse();
            first.release();
            second.activate();
            second.release();
            reader.activate();
            otherReader.activate();
            assertThatThrownBy(first::activate).isInstanceOf(BlockDeviceException.class);
        }
    }

    @Test
    void anImageLockedByAnotherProcessIsRefused() throws IOException, InterruptedException {
        Path image = image(1 << 20);
        Process other = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xshare:auto",
                        "-XX:+UseSerialGC",
                        "-Xmx32m",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        classPath(),
                        LockHolder.class.getName(),
                        image.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (FileBlockDevice device = FileBlockDevice.open(image)) {
            assertThat(other.inputReader().readLine()).isEqualTo("locked");
            assertThatThrownBy(device::activate).isInstanceOf(BlockDeviceException.class);
            // A killed owner keeps nothing.
            other.destroyForcibly().waitFor();
            device.activate();
        } finally {
            other.destroyForcibly();
        }
    }

    @Test
    void readOnlyDevicesRefuseChangesAndOpenReadOnlyFiles() throws IOException {
        Path image = image(1 << 20);
        try (Arena arena = Arena.ofConfined();
                FileBlockDevice device =
                        FileBlockDevice.builder(image).readOnly(true).open()) {
            device.activate();
            assertThat(device.capabilities().readOnly()).isTrue();
            try (BlockChannel channel = device.openChannel(Waker.NONE)) {
                TestRequest request = new TestRequest().with(arena.allocate(512));
                request.write(0, 1, false);
                assertThat(request.run(channel)).isEqualTo(BlockStatus.READ_ONLY);
                request.writeZeroes(0, 1, false, true);
                assertThat(request.run(channel)).isEqualTo(BlockStatus.READ_ONLY);
                request.deallocate(0, 1, false);
                assertThat(request.run(channel)).isEqualTo(BlockStatus.READ_ONLY);
                request.flush();
                assertThat(request.run(channel)).isEqualTo(BlockStatus.OK);
                request.read(0, 1);
                assertThat(request.run(channel)).isEqualTo(BlockStatus.OK);
            }
        }
    }

    @Test
    void saysWhatIsWrongWithAFileAndWhatToDo() throws IOException {
        Path odd = image(1000);
        assertThatThrownBy(() -> FileBlockDevice.open(odd))
                .isInstanceOf(BlockDeviceException.class)
                .hasMessageContaining("1000 bytes")
                .hasMessageContaining("truncate -s %512 " + odd);
        assertThatThrownBy(() ->
                        FileBlockDevice.builder(image(512)).blockSizeBytes(4096).open())
                .hasMessageContaining("use a block size of 512");
        assertThatThrownBy(() -> FileBlockDevice.open(image(0))).hasMessageContaining("is empty");
        assertThatThrownBy(() -> FileBlockDevice.open(folder))
                .hasMessageContaining("neither a file nor a block device");
        Path missing = folder.resolve("missing.img");
        assertThatThrownBy(() -> FileBlockDevice.open(missing))
                .isInstanceOf(BlockDeviceException.class)
                .hasMessageContaining("create it first")
                .hasMessageNotContaining("\n");
    }

    @Test
    void hasTheSameIdentityForTheSamePathAndTheGivenOneIfGiven() throws IOException {
        Path image = image(1 << 20);
        BlockIdentity given = BlockIdentity.random();
        try (FileBlockDevice first = FileBlockDevice.open(image);
                FileBlockDevice again = FileBlockDevice.open(folder.resolve("x")
                        .resolve("..")
                        .resolve(image.getFileName())
                        .normalize());
                FileBlockDevice named =
                        FileBlockDevice.builder(image).identity(given).open();
                FileBlockDevice other = FileBlockDevice.open(image(1 << 20))) {
            assertThat(first.identity()).isEqualTo(again.identity()).isNotEqualTo(other.identity());
            assertThat(named.identity()).isEqualTo(given);
        }
    }

    @Test
    void aFileMadeShorterIsAReadErrorAndALargerOneIsNoticed() throws IOException {
        Path image = image(1 << 20);
        List<Long> heard = new ArrayList<>();
        try (Arena arena = Arena.ofConfined();
                FileBlockDevice device = FileBlockDevice.open(image)) {
            device.addResizeListener((d, before, after) -> heard.add(after));
            device.activate();
            try (BlockChannel channel = device.openChannel(Waker.NONE)) {
                sized(image, 1 << 19);
                TestRequest request = new TestRequest().with(arena.allocate(1024));
                request.read(1023, 2);
                assertThat(request.run(channel)).isEqualTo(BlockStatus.READ_ERROR);
                assertThat(request.failedBlock()).isEqualTo(1024);
                request.verify(0, 2048);
                assertThat(request.run(channel)).isEqualTo(BlockStatus.READ_ERROR);
                device.refreshSize();
                request.read(1023, 2);
                assertThat(request.run(channel)).isEqualTo(BlockStatus.OUT_OF_RANGE);
                sized(image, 2 << 20);
                device.refreshSize();
                request.read(4094, 2);
                assertThat(request.run(channel)).isEqualTo(BlockStatus.OK);
            }
        }
        assertThat(heard).containsExactly(1024L, 4096L);
    }

    @Test
    void memoryThatGoesAwayIsAStatusAndLeavesWholeBlocks() throws IOException {
        Path image = image(1 << 20);
        try (MemFd memFd = MemFd.create("guest", 16_384);
                Mapping guest = memFd.map(Protection.READ_WRITE);
                FileBlockDevice device = FileBlockDevice.open(image)) {
            guest.segment().fill((byte) 7);
            device.activate();
            try (BlockChannel channel = device.openChannel(Waker.NONE)) {
                memFd.resize(8192);
                TestRequest aligned = new TestRequest();
                aligned.data().add(guest.segment(), 4096, 8192);
                aligned.write(0, 16, false);
                assertThat(aligned.run(channel)).isEqualTo(BlockStatus.MEMORY_FAULT);
                aligned.read(32, 16);
                assertThat(aligned.run(channel)).isEqualTo(BlockStatus.MEMORY_FAULT);
                // The block that crosses the end of the memory begins 256 bytes before it.
                TestRequest crooked = new TestRequest();
                crooked.data().add(guest.segment(), 4096 + 256, 8192);
                crooked.write(100, 16, true);
                assertThat(crooked.run(channel)).isEqualTo(BlockStatus.MEMORY_FAULT);
            }
        }
        byte[] bytes = Files.readAllBytes(image);
        for (int block = 0; block < bytes.length / 512; block++) {
            for (int i = 1; i < 512; i++) {
                assertThat(bytes[block * 512 + i]).isEqualTo(bytes[block * 512]);
            }
        }
        assertThat(bytes[16 * 512]).isZero();
    }

    @Test
    void aFullFileSystemIsNoSpace() throws IOException, InterruptedException {
        Path mounted = Files.createDirectory(folder.resolve("small"));
        boolean have = run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", mounted.toString());
        org.junit.jupiter.api.Assumptions.assumeTrue(have, "needs the right to mount");
        try (Arena arena = Arena.ofConfined();
                FileBlockDevice device = FileBlockDevice.open(sized(mounted.resolve("disk.img"), 4 << 20))) {
            device.activate();
            try (BlockChannel channel = device.openChannel(Waker.NONE)) {
                TestRequest request =
                        new TestRequest().with(arena.allocate(2 << 20).fill((byte) 1));
                request.write(0, (2 << 20) / 512, false);
                assertThat(request.run(channel)).isEqualTo(BlockStatus.NO_SPACE);
                assertThat(request.failedBlock()).isBetween(1L, 4096L);
            }
        } finally {
            run("umount", mounted.toString());
        }
    }

    @Test
    void releaseWaitsForWhatWasSubmittedAndRefusesWhatComesLater() throws IOException {
        Path image = image(64 << 20);
        try (Arena arena = Arena.ofShared();
                FileBlockDevice device = FileBlockDevice.open(image)) {
            device.activate();
            try (BlockChannel channel = device.openChannel(Waker.NONE)) {
                List<TestRequest> requests = new ArrayList<>();
                for (int i = 0; i < 2000; i++) {
                    TestRequest request =
                            new TestRequest().with(arena.allocate(4096).fill((byte) (i % 100 + 1)));
                    request.write(i * 8L, 8, false);
                    requests.add(request);
                    channel.submit(request);
                }
                device.release();
                byte[] atRelease = Files.readAllBytes(image);
                requests.forEach(r -> r.await(channel, 1));
                assertThat(requests.getFirst().status()).isEqualTo(BlockStatus.OK);
                for (int i = 0; i < requests.size(); i++) {
                    BlockStatus status = requests.get(i).status();
                    assertThat(status).isIn(BlockStatus.OK, BlockStatus.NOT_ACTIVE);
                    assertThat(atRelease[i * 4096])
                            .isEqualTo(status == BlockStatus.OK ? (byte) (i % 100 + 1) : (byte) 0);
                }
                assertThat(Files.readAllBytes(image)).isEqualTo(atRelease);
            }
        }
    }

    @Test
    void wakesAPollerThatSleeps() throws IOException, InterruptedException {
        try (Arena arena = Arena.ofShared();
                FileBlockDevice device = FileBlockDevice.open(image(1 << 20))) {
            device.activate();
            CountDownLatch woken = new CountDownLatch(1);
            try (BlockChannel channel = device.openChannel(woken::countDown)) {
                TestRequest request = new TestRequest().with(arena.allocate(512));
                request.write(0, 1, false);
                channel.submit(request);
                assertThat(woken.await(20, TimeUnit.SECONDS)).isTrue();
                assertThat(channel.poll()).isEqualTo(1);
                assertThat(request.status()).isEqualTo(BlockStatus.OK);
            }
        }
    }

    @Test
    void serversOfManyChannelsGetTheirTurnWhenTheQueueIsFull() throws Exception {
        try (Arena arena = Arena.ofShared();
                FileBlockDevice device =
                        FileBlockDevice.builder(image(1 << 20)).workers(1).open()) {
            device.activate();
            MemorySegment memory = arena.allocate(512);
            List<BlockChannel> channels = new ArrayList<>();
            List<TestRequest> requests = new ArrayList<>();
            for (int c = 0; c < 8; c++) {
                BlockChannel channel = device.openChannel(Waker.NONE);
                channels.add(channel);
                for (int i = 0; i < 1500; i++) {
                    TestRequest request = new TestRequest().with(memory);
                    request.write(i, 1, false);
                    requests.add(request);
                    channel.submit(request);
                }
            }
            for (int i = 0; i < requests.size(); i++) {
                requests.get(i).await(channels.get(i / 1500), 1);
                assertThat(requests.get(i).status()).isEqualTo(BlockStatus.OK);
            }
            channels.forEach(BlockChannel::close);
        }
    }

    @Test
    void readsScatteredDataFromTheCacheWithoutAHandOver() throws IOException {
        Path image = image(1 << 20);
        Files.write(image, new byte[1 << 20]);
        try (Arena arena = Arena.ofConfined();
                FileBlockDevice device = FileBlockDevice.open(image)) {
            device.activate();
            try (BlockChannel channel = device.openChannel(Waker.NONE)) {
                TestRequest request =
                        new TestRequest().with(arena.allocate(4096).fill((byte) 1));
                int inline = 0;
                for (int i = 0; i < 100; i++) {
                    request.read(i, 8);
                    channel.submit(request);
                    inline += request.outstanding() ? 0 : 1;
                    request.await(channel, i + 1);
                }
                assertThat(request.data().segment(0).get(ValueLayout.JAVA_BYTE, 0))
                        .isZero();
                // Some file systems cannot tell; where they can, what was just written is in the cache.
                assertThat(inline).isIn(0, 100);
            }
        }
    }

    private Path image(long bytes) throws IOException {
        return sized(Files.createTempFile(folder, "disk", ".img"), bytes);
    }

    static Path sized(Path path, long bytes) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.setLength(bytes);
        }
        return path;
    }

    static boolean run(String... command) throws IOException, InterruptedException {
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private static String classPath() {
        String modules = System.getProperty("jdk.module.path", "");
        return System.getProperty("java.class.path")
                + java.io.File.pathSeparator
                + modules
                + java.io.File.pathSeparator
                + Path.of("target", "test-classes").toAbsolutePath();
    }
}
