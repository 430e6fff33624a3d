package io.vfiouser.nvme.migration;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.block.BlockChangeLog;
import io.vfiouser.nvme.block.BlockChannel;
import io.vfiouser.nvme.block.BlockDevice;
import io.vfiouser.nvme.block.BlockRequest;
import io.vfiouser.nvme.block.BlockStatus;
import io.vfiouser.nvme.block.Waker;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;

/** A device with a guest that writes to it, on one thread. */
final class ContentDisk implements AutoCloseable {
    private static final int MOST_BYTES = 64 << 10;

    private final BlockDevice device;
    private final BlockChangeLog changes;
    private final int blockBytes;
    private final BlockChannel channel;
    private final MemorySegment memory = Arena.ofAuto().allocate(MOST_BYTES);

    private final class Change extends BlockRequest {
        private BlockStatus status = BlockStatus.OK;

        @Override
        protected void completed(BlockStatus outcome) {
            changes.completed(this);
            status = outcome;
        }
    }

    private final Change change = new Change();

    /** @param blockBytes of a logical block */
    ContentDisk(BlockDevice device, int blockBytes) {
        this.device = device;
        this.changes = new BlockChangeLog(device.blockSizeBytes());
        this.blockBytes = blockBytes;
        device.activate();
        channel = device.openChannel(Waker.NONE);
    }

    BlockDevice device() {
        return device;
    }

    BlockChangeLog changes() {
        return changes;
    }

    ContentSource source(int id) {
        return new ContentSource(id, blockBytes, device, changes);
    }

    /** Changes something somewhere: writes, zeroes or deallocates whole logical blocks. */
    void change(SplittableRandom random) {
        int unit = blockBytes / device.blockSizeBytes();
        long blocks = device.blockCount() / unit;
        long first = random.nextLong(blocks);
        long count = Math.min(1 + random.nextInt(MOST_BYTES / blockBytes), blocks - first);
        switch (random.nextInt(5)) {
            case 0 -> change.writeZeroes(first * unit, count * unit, false, random.nextBoolean());
            case 1 -> change.deallocate(first * unit, count * unit, false);
            default -> {
                fill(random.nextLong(), count * blockBytes);
                change.write(first * unit, count * unit, false);
            }
        }
        run();
    }

    /** Writes blocks of the device's size. */
    void write(long first, long count, long seed) {
        for (long at = first; at < first + count; ) {
            long blocks = Math.min(first + count - at, MOST_BYTES / device.blockSizeBytes());
            fill(seed + at, blocks * device.blockSizeBytes());
            change.write(at, blocks, false);
            run();
            at += blocks;
        }
    }

    void deallocate(long first, long count) {
        change.deallocate(first, count, false);
        run();
    }

    private void fill(long seed, long bytes) {
        SplittableRandom random = new SplittableRandom(seed);
        for (long at = 0; at < bytes; at += Long.BYTES) {
            memory.set(ValueLayout.JAVA_LONG, at, random.nextLong());
        }
        change.data().clear();
        change.data().add(memory, 0, bytes);
    }

    private void run() {
        channel.submit(change);
        while (change.outstanding()) {
            var ignored = channel.poll();
        }
        assertThat(change.status).isEqualTo(BlockStatus.OK);
    }

    /** Whether the first bytes are the same as another's, to the end of this one. */
    void assertHasContentOf(ContentDisk other) {
        long bytes = other.device.blockCount() * other.device.blockSizeBytes();
        for (long at = 0; at < bytes; at += MOST_BYTES) {
            long length = Math.min(MOST_BYTES, bytes - at);
            byte[] mine = read(at, length);
            byte[] others = other.read(at, length);
            assertThat(mine).as("bytes from %d on", at).isEqualTo(others);
        }
    }

    byte[] read(long at, long bytes) {
        memory.fill((byte) 0);
        change.data().clear();
        change.data().add(memory, 0, bytes);
        change.read(at / device.blockSizeBytes(), bytes / device.blockSizeBytes());
        run();
        return memory.asSlice(0, bytes).toArray(ValueLayout.JAVA_BYTE);
    }

    /** How many bytes are not holes. */
    long allocatedBytes() {
        long[] blocks = {0};
        device.forEachAllocatedExtent(0, device.blockCount(), (first, count) -> {
            blocks[0] += count;
            return true;
        });
        return blocks[0] * device.blockSizeBytes();
    }

    @Override
    public void close() {
        channel.close();
        device.close();
    }
}
