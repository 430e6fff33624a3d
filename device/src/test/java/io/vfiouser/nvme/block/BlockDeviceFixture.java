package io.vfiouser.nvme.block;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One active device with one channel, and the small things that tests of it do all the time. */
@Timeout(60)
abstract class BlockDeviceFixture {
    static final int BLOCKS = 4096;

    @TempDir
    Path folder;

    final Arena arena = Arena.ofShared();
    BlockDevice device;
    BlockChannel channel;
    int blockSize;

    /** A device of {@link #BLOCKS} blocks, all zeroes, not active. */
    abstract BlockDevice create() throws IOException;

    @BeforeEach
    void open() throws IOException {
        device = create();
        blockSize = device.blockSizeBytes();
        device.activate();
        channel = device.openChannel(Waker.NONE);
    }

    @AfterEach
    void close() {
        channel.close();
        device.close();
        arena.close();
    }

    final BlockStatus read(long first, long count, MemorySegment into) {
        TestRequest request = new TestRequest().with(into);
        request.read(first, count);
        return request.run(channel);
    }

    final BlockStatus write(long first, long count, MemorySegment from) {
        TestRequest request = new TestRequest().with(from);
        request.write(first, count, false);
        return request.run(channel);
    }

    final BlockStatus run(Consumer<BlockRequest> description) {
        TestRequest request = new TestRequest();
        description.accept(request);
        return request.run(channel);
    }

    final MemorySegment filled(int blocks, byte value) {
        return arena.allocate((long) blocks * blockSize, blockSize).fill(value);
    }

    final MemorySegment random(int blocks, long seed) {
        MemorySegment memory = arena.allocate((long) blocks * blockSize, blockSize);
        Random random = new Random(seed);
        for (long i = 0; i < memory.byteSize(); i += 8) {
            memory.set(ValueLayout.JAVA_LONG, i, random.nextLong());
        }
        return memory;
    }

    final List<long[]> extents(long first, long count) {
        List<long[]> found = new ArrayList<>();
        device.forEachAllocatedExtent(first, count, (start, length) -> found.add(new long[] {start, length}));
        return found;
    }

    /** Makes a list of pieces of arbitrary sizes in arbitrary places, holding {@code content}. */
    final void scatter(SegmentList list, long bytes, Random random, MemorySegment content) {
        MemorySegment[] pools = {arena.allocate(bytes * 2 + 64), arena.allocate(bytes * 2 + 64)};
        long[] used = new long[pools.length];
        long left = bytes;
        while (left > 0) {
            long length = Math.min(left, 1 + random.nextInt(3000));
            int pool = random.nextInt(pools.length);
            long gap = random.nextInt(3);
            long at = used[pool] + gap;
            if (at + length > pools[pool].byteSize()) {
                at = used[pool];
            }
            if (at + length > pools[pool].byteSize()) {
                pool = 1 - pool;
                at = used[pool];
            }
            MemorySegment.copy(content, bytes - left, pools[pool], at, length);
            list.add(pools[pool], at, length);
            used[pool] = at + length;
            left -= length;
        }
        assertThat(list.totalBytes()).isEqualTo(bytes);
    }

    final void assertZeroesBetween(MemorySegment edges, int blocks) {
        MemorySegment memory = filled(blocks, (byte) 1);
        assertThat(read(0, blocks, memory)).isEqualTo(BlockStatus.OK);
        long end = (long) (blocks - 1) * blockSize;
        assertThat(memory.asSlice(0, blockSize).mismatch(edges.asSlice(0, blockSize)))
                .isEqualTo(-1);
        assertThat(memory.asSlice(end, blockSize).mismatch(edges.asSlice(end, blockSize)))
                .isEqualTo(-1);
        assertThat(memory.asSlice(blockSize, end - blockSize).mismatch(filled(blocks - 2, (byte) 0)))
                .isEqualTo(-1);
    }

    static void assertCovers(List<long[]> extents, long first, long count) {
        assertThat(extents).anyMatch(e -> e[0] <= first && e[0] + e[1] >= first + count);
    }

    static void assertAscending(List<long[]> extents) {
        for (int i = 1; i < extents.size(); i++) {
            assertThat(extents.get(i)[0]).isGreaterThan(extents.get(i - 1)[0] + extents.get(i - 1)[1]);
        }
    }
}
