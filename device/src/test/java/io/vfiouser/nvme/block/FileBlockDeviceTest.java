package io.vfiouser.nvme.block;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
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
            return FileBlockDevice.open(TestFiles.sized(memory.resolve("disk.img"), BLOCKS * 512L));
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
    void aRequestThatHangsHoldsUpNoOther() throws IOException {
        try (Arena arena = Arena.ofShared();
                FileBlockDevice device = FileBlockDevice.builder(image(1 << 20))
                        .readsFromCacheOnPoller(false)
                        .open()) {
            device.activate();
            GranuleLocks locks = requireNonNull(device.session()).locks;
            int other = locks.newOwner();
            assertThat(locks.acquire(0, 4096, other, 0)).isTrue();
            try (BlockChannel channel = device.openChannel(Waker.NONE)) {
                TestRequest hanging = new TestRequest().with(arena.allocate(4096, 4096));
                hanging.write(0, 8, false);
                channel.submit(hanging);
                await().until(() -> ((FileTask) requireNonNull(hanging.attachment())).state() == FileTask.RUNNING);
                TestRequest next = new TestRequest().with(arena.allocate(4096, 4096));
                next.write(1024, 8, false);
                channel.submit(next);
                next.await(channel, 1);
                assertThat(next.status()).isEqualTo(BlockStatus.OK);
                assertThat(hanging.outstanding()).isTrue();
                locks.release(0, 4096, other);
                hanging.await(channel, 1);
                assertThat(hanging.status()).isEqualTo(BlockStatus.OK);
            }
        }
    }

    /** A guest waits for a device that comes from another process, and may come back. */
    @Test
    void workersOutliveActivationsAndEndWithTheDevice() throws IOException, InterruptedException {
        Path image = Files.createFile(folder.resolve("outlived.img"));
        Files.write(image, new byte[1 << 20]);
        List<Thread> workers;
        try (Arena arena = Arena.ofShared();
                FileBlockDevice device =
                        FileBlockDevice.builder(image).workers(1).open();
                BlockChannel channel = device.openChannel(Waker.NONE)) {
            workers = workersOf("outlived.img");
            assertThat(workers).hasSize(1);
            for (int i = 1; i <= 3; i++) {
                device.activate();
                TestRequest request = new TestRequest().with(arena.allocate(512).fill((byte) i));
                request.write(i, 1, false);
                assertThat(request.run(channel)).isEqualTo(BlockStatus.OK);
                device.release();
                assertThat(workersOf("outlived.img")).isEqualTo(workers);
                assertThat(Files.readAllBytes(image)[i * 512]).isEqualTo((byte) i);
            }
        }
        for (Thread worker : workers) {
            worker.join(20_000);
            assertThat(worker.isAlive()).isFalse();
        }
    }

    private static List<Thread> workersOf(String file) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("block-" + file))
                .toList();
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

    @Test
    void writesIntoAFileInMemoryWithoutAHandOver(@TempDir(factory = SharedMemoryFolder.class) Path memory)
            throws IOException {
        Path image = TestFiles.image(memory, 1 << 20);
        assumeThat(Files.getFileStore(image).type()).isEqualTo("tmpfs");
        try (Arena arena = Arena.ofShared();
                FileBlockDevice device = FileBlockDevice.open(image)) {
            device.activate();
            try (BlockChannel channel = device.openChannel(Waker.NONE)) {
                TestRequest request =
                        new TestRequest().with(arena.allocate(4096, 4096).fill((byte) 1));
                request.write(8, 8, false);
                channel.submit(request);
                assertThat(request.outstanding()).isFalse();
                assertThat(request.status()).isEqualTo(BlockStatus.OK);
                assertThat(Files.readAllBytes(image)[2 * 4096 - 1]).isEqualTo((byte) 1);
                request.read(8, 8);
                channel.submit(request);
                assertThat(request.outstanding()).isFalse();
            }
        }
    }

    @Test
    void aWriteIntoAFileInMemoryWaitsElsewhereForWhoChangesItsBlocks(
            @TempDir(factory = SharedMemoryFolder.class) Path memory) throws IOException {
        Path image = TestFiles.image(memory, 1 << 20);
        try (Arena arena = Arena.ofShared();
                FileBlockDevice device = FileBlockDevice.open(image)) {
            device.activate();
            GranuleLocks locks = requireNonNull(device.session()).locks;
            int other = locks.newOwner();
            assertThat(locks.acquire(0, 4096, other, 0)).isTrue();
            try (BlockChannel channel = device.openChannel(Waker.NONE)) {
                TestRequest request =
                        new TestRequest().with(arena.allocate(4096, 4096).fill((byte) 1));
                request.write(0, 8, false);
                channel.submit(request);
                assertThat(request.outstanding()).isTrue();
                assertThat(Files.readAllBytes(image)[0]).isZero();
                locks.release(0, 4096, other);
                request.await(channel, 1);
                assertThat(request.status()).isEqualTo(BlockStatus.OK);
                assertThat(Files.readAllBytes(image)[0]).isEqualTo((byte) 1);
            }
        }
    }

    private Path image(long bytes) throws IOException {
        return TestFiles.image(folder, bytes);
    }
}
