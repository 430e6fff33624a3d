package io.vfiouser.nvme.block;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Requests that write and read the same few units at the same time: each write fills a unit with one number, so that a unit that
 * holds two was torn.
 */
@Timeout(60)
class BlockAtomicityTest {
    private static final int UNITS = 3;
    private static final int WRITERS = 2;
    private static final int READERS = 2;
    private static final int OUTSTANDING = 8;
    private static final int MAX_ROUNDS = 200_000;

    /** How long each test goes on. */
    Duration each() {
        return Duration.ofMillis(400);
    }

    @TempDir(factory = SharedMemoryFolder.class)
    private Path memory;

    @TempDir
    private Path disk;

    @Test
    void blocksOf512BytesInRam() {
        try (RamBlockDevice device = RamBlockDevice.ofSize(1 << 20)) {
            assertWholeAmongChannels(device, 512);
        }
    }

    @Test
    void blocksOf4096BytesInRam() {
        try (RamBlockDevice device =
                RamBlockDevice.builder(1 << 20).blockSizeBytes(4096).build()) {
            assertWholeAmongChannels(device, 4096);
        }
    }

    @Test
    void aligned4096BytesOfSmallerBlocksInRam() {
        try (RamBlockDevice device = RamBlockDevice.ofSize(1 << 20)) {
            assertWholeAmongChannels(device, 4096);
        }
    }

    @Test
    void blocksInRamAlsoAtTheMomentWhenASecondChannelComes() throws InterruptedException {
        try (Arena arena = Arena.ofShared();
                RamBlockDevice device = RamBlockDevice.ofSize(1 << 20)) {
            device.activate();
            AtomicBoolean stop = new AtomicBoolean();
            Thread writer = Thread.ofPlatform().start(() -> {
                try (BlockChannel channel = device.openChannel(Waker.NONE)) {
                    Hand hand = new Hand(device, 4096, arena, 0);
                    while (!stop.get()) {
                        hand.describeChange();
                        hand.request.run(channel);
                    }
                }
            });
            Hand hand = new Hand(device, 4096, arena, 1);
            long end = System.nanoTime() + each().toNanos();
            try {
                for (int round = 0; round < MAX_ROUNDS && System.nanoTime() < end; round++) {
                    try (BlockChannel channel = device.openChannel(Waker.NONE)) {
                        hand.describeRead();
                        assertThat(hand.request.run(channel)).isEqualTo(BlockStatus.OK);
                        hand.assertWhole();
                    }
                }
            } finally {
                stop.set(true);
                writer.join();
            }
        }
    }

    @Test
    void blocksOf512BytesInAFile() throws IOException {
        try (FileBlockDevice device = FileBlockDevice.open(TestFiles.image(disk, 1 << 20))) {
            assertWholeAmongChannels(device, 512);
        }
    }

    @Test
    void blocksOf4096BytesInAFile() throws IOException {
        try (FileBlockDevice device = FileBlockDevice.builder(TestFiles.image(disk, 1 << 20))
                .blockSizeBytes(4096)
                .open()) {
            assertWholeAmongChannels(device, 4096);
        }
    }

    @Test
    void aligned4096BytesOfSmallerBlocksInAFile() throws IOException {
        try (FileBlockDevice device = FileBlockDevice.open(TestFiles.image(disk, 1 << 20))) {
            assertWholeAmongChannels(device, 4096);
        }
    }

    /** Short writes are the pollers', what is zeroed the workers'. */
    @Test
    void aligned4096BytesOfAFileInMemory() throws IOException {
        try (FileBlockDevice device = FileBlockDevice.open(TestFiles.image(memory, 1 << 20))) {
            assertWholeAmongChannels(device, 4096);
        }
    }

    @Test
    void aligned4096BytesOfAFileAmongTheRequestsOfOneChannel() throws IOException {
        for (boolean cacheReads : new boolean[] {true, false}) {
            try (FileBlockDevice device = FileBlockDevice.builder(TestFiles.image(memory, 1 << 20))
                    .readsFromCacheOnPoller(cacheReads)
                    .open()) {
                assertWholeInOneChannel(device, 4096);
            }
        }
    }

    private void assertWholeAmongChannels(BlockDevice device, int unitBytes) {
        assertThat(device.capabilities().atomicBlocks() * device.blockSizeBytes())
                .isGreaterThanOrEqualTo(unitBytes);
        device.activate();
        AtomicBoolean stop = new AtomicBoolean();
        AtomicLong checked = new AtomicLong();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < WRITERS + READERS; i++) {
            int number = i;
            threads.add(Thread.ofPlatform().start(() -> {
                try (Arena arena = Arena.ofShared();
                        BlockChannel channel = device.openChannel(Waker.NONE)) {
                    Hand hand = new Hand(device, unitBytes, arena, number);
                    for (int round = 0; round < MAX_ROUNDS && !stop.get(); round++) {
                        if (number < WRITERS) {
                            hand.describeChange();
                            assertThat(hand.request.run(channel)).isEqualTo(BlockStatus.OK);
                        } else {
                            hand.describeRead();
                            assertThat(hand.request.run(channel)).isEqualTo(BlockStatus.OK);
                            hand.assertWhole();
                            checked.incrementAndGet();
                        }
                    }
                } catch (RuntimeException | Error e) {
                    failure.compareAndSet(null, e);
                    stop.set(true);
                }
            }));
        }
        awaitAll(threads, stop);
        assertThat(failure.get()).isNull();
        assertThat(checked.get()).isGreaterThan(100);
    }

    private void assertWholeInOneChannel(BlockDevice device, int unitBytes) {
        device.activate();
        try (Arena arena = Arena.ofShared();
                BlockChannel channel = device.openChannel(Waker.NONE)) {
            List<Hand> hands = new ArrayList<>();
            for (int i = 0; i < OUTSTANDING; i++) {
                hands.add(new Hand(device, unitBytes, arena, i));
            }
            long end = System.nanoTime() + each().toNanos();
            for (int round = 1; round < MAX_ROUNDS && System.nanoTime() < end; round++) {
                for (int i = 0; i < OUTSTANDING; i++) {
                    if ((i & 1) == 0) {
                        hands.get(i).describeChange();
                    } else {
                        hands.get(i).describeRead();
                    }
                    channel.submit(hands.get(i).request);
                }
                for (int i = 0; i < OUTSTANDING; i++) {
                    hands.get(i).request.await(channel, round);
                    assertThat(hands.get(i).request.status()).isEqualTo(BlockStatus.OK);
                    if ((i & 1) != 0) {
                        hands.get(i).assertWhole();
                    }
                }
            }
        }
    }

    private void awaitAll(List<Thread> threads, AtomicBoolean stop) {
        try {
            long end = System.nanoTime() + each().toNanos();
            for (Thread thread : threads) {
                thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime())));
            }
            stop.set(true);
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** One request and its memory, in pieces whose borders lie inside blocks. */
    private static final class Hand {
        private final BlockDevice device;
        private final int unitBytes;
        private final MemorySegment memory;
        private final Random random;
        private final TestRequest request = new TestRequest();

        Hand(BlockDevice device, int unitBytes, Arena arena, int seed) {
            this.device = device;
            this.unitBytes = unitBytes;
            this.memory = arena.allocate((long) UNITS * unitBytes, 4096);
            this.random = new Random(seed);
        }

        void describeChange() {
            int first = random.nextInt(UNITS);
            int count = 1 + random.nextInt(UNITS - first);
            long block = blocks(first);
            switch (random.nextInt(8)) {
                case 0 -> request.writeZeroes(block, blocks(count), false, random.nextBoolean());
                case 1 -> request.deallocate(block, blocks(count), false);
                default -> {
                    for (int unit = 0; unit < count; unit++) {
                        memory.asSlice((long) unit * unitBytes, unitBytes).fill((byte) random.nextInt());
                    }
                    describeMemory(count);
                    request.write(block, blocks(count), false);
                }
            }
        }

        void describeRead() {
            memory.fill((byte) 0);
            describeMemory(UNITS);
            request.read(0, blocks(UNITS));
        }

        private void describeMemory(int units) {
            long bytes = (long) units * unitBytes;
            // Sometimes in two pieces; another segment object keeps them from being merged.
            long border = random.nextInt(3) == 0 ? 1 + random.nextInt((int) bytes - 1) : bytes;
            request.data().clear();
            request.data().add(memory, 0, border);
            if (border < bytes) {
                request.data().add(memory.asSlice(0), border, bytes - border);
            }
        }

        void assertWhole() {
            for (int unit = 0; unit < UNITS; unit++) {
                MemorySegment one = memory.asSlice((long) unit * unitBytes, unitBytes);
                long value = one.get(ValueLayout.JAVA_LONG, 0);
                for (long at = 0; at < unitBytes; at += Long.BYTES) {
                    if (one.get(ValueLayout.JAVA_LONG, at) != value) {
                        throw new AssertionError("unit " + unit + " holds " + Long.toHexString(value) + " and, at " + at
                                + ", " + Long.toHexString(one.get(ValueLayout.JAVA_LONG, at)));
                    }
                }
            }
        }

        private long blocks(int units) {
            return (long) units * unitBytes / device.blockSizeBytes();
        }
    }
}
