package io.vfiouser.nvme.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vfiouser.os.PageSize;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class RamBlockDeviceTest {
    @Nested
    class With512ByteBlocks extends BlockDeviceContract {
        @Override
        BlockDevice create() {
            return RamBlockDevice.ofSize(BLOCKS * 512L);
        }
    }

    @Nested
    class With4096ByteBlocks extends BlockDeviceContract {
        @Override
        BlockDevice create() {
            return RamBlockDevice.builder(BLOCKS * 4096L).blockSizeBytes(4096).build();
        }
    }

    @Nested
    class Recorded extends BlockDeviceContract {
        @Override
        BlockDevice create() {
            return new RecordingBlockDevice(RamBlockDevice.ofSize(BLOCKS * 512L), List::of);
        }
    }

    @Nested
    class DelayedAndReordered extends BlockDeviceContract {
        @Override
        BlockDevice create() {
            return new FaultInjectingBlockDevice(RamBlockDevice.ofSize(BLOCKS * 512L), 42).delays(5);
        }
    }

    @Test
    void saysWhichPagesItGot() {
        try (RamBlockDevice device =
                RamBlockDevice.builder(1 << 20).pages(PageSize.BASE).build()) {
            assertThat(device.pageSize()).isEqualTo(PageSize.BASE);
            assertThat(device.capabilities().description()).contains("base pages");
            assertThat(device.capabilities().completesInline()).isTrue();
        }
    }

    @Test
    void storesMoreThanTwoGibibytesAndTakesPagesOnlyForWhatIsWritten() {
        long blocks = (5L << 30) / 4096;
        try (Arena arena = Arena.ofConfined();
                RamBlockDevice device = RamBlockDevice.builder(blocks * 4096)
                        .blockSizeBytes(4096)
                        .build()) {
            device.activate();
            try (BlockChannel channel = device.openChannel(Waker.NONE)) {
                MemorySegment memory = arena.allocate(4096).fill((byte) 5);
                TestRequest write = new TestRequest().with(memory);
                write.write(blocks - 1, 1, false);
                assertThat(write.run(channel)).isEqualTo(BlockStatus.OK);
                TestRequest all = new TestRequest();
                List<Long> found = new ArrayList<>();
                device.forEachAllocatedExtent(0, blocks, (first, count) -> {
                    found.add(first);
                    return true;
                });
                assertThat(found).hasSize(1);
                assertThat(found.getFirst()).isGreaterThanOrEqualTo(blocks - 16);
                all.deallocate(0, blocks, false);
                assertThat(all.run(channel)).isEqualTo(BlockStatus.OK);
                TestRequest read = new TestRequest().with(memory);
                read.read(blocks - 1, 1);
                assertThat(read.run(channel)).isEqualTo(BlockStatus.OK);
                assertThat(memory.mismatch(arena.allocate(4096))).isEqualTo(-1);
            }
        }
    }

    @Test
    void givesLongDeallocatedRangesBackAndZeroesTheirEdges() {
        int bytes = 32 << 20;
        try (Arena arena = Arena.ofConfined();
                RamBlockDevice device = RamBlockDevice.ofSize(bytes)) {
            device.activate();
            try (BlockChannel channel = device.openChannel(Waker.NONE)) {
                MemorySegment memory = arena.allocate(bytes).fill((byte) 5);
                TestRequest request = new TestRequest().with(memory);
                request.write(0, bytes / 512, false);
                assertThat(request.run(channel)).isEqualTo(BlockStatus.OK);
                request.deallocate(3, bytes / 512 - 7, false);
                assertThat(request.run(channel)).isEqualTo(BlockStatus.OK);
                request.read(0, bytes / 512);
                assertThat(request.run(channel)).isEqualTo(BlockStatus.OK);
                MemorySegment expected = arena.allocate(bytes);
                expected.asSlice(0, 3 * 512).fill((byte) 5);
                expected.asSlice(bytes - 4 * 512, 4 * 512).fill((byte) 5);
                assertThat(memory.mismatch(expected)).isEqualTo(-1);
            }
        }
    }

    @Test
    void growsShrinksAndTellsTheListeners() {
        List<String> heard = new ArrayList<>();
        try (Arena arena = Arena.ofConfined();
                RamBlockDevice device =
                        RamBlockDevice.builder(1 << 20).maximumBytes(2 << 20).build()) {
            device.addResizeListener((d, before, after) -> heard.add(before + "->" + d.blockCount() + "=" + after));
            device.activate();
            try (BlockChannel channel = device.openChannel(Waker.NONE)) {
                device.resize(2 << 20);
                MemorySegment memory = arena.allocate(512).fill((byte) 5);
                TestRequest request = new TestRequest().with(memory);
                request.write(4095, 1, false);
                assertThat(request.run(channel)).isEqualTo(BlockStatus.OK);
                device.resize(1 << 20);
                request.read(4095, 1);
                assertThat(request.run(channel)).isEqualTo(BlockStatus.OUT_OF_RANGE);
                device.resize(2 << 20);
                request.read(4095, 1);
                assertThat(request.run(channel)).isEqualTo(BlockStatus.OK);
                assertThat(memory.mismatch(arena.allocate(512))).isEqualTo(-1);
                assertThatThrownBy(() -> device.resize(4 << 20)).isInstanceOf(IllegalArgumentException.class);
            }
        }
        assertThat(heard).containsExactly("2048->4096=4096", "4096->2048=2048", "2048->4096=4096");
    }

    @Test
    void memoryThatWasUnmappedIsAStatus() {
        try (RamBlockDevice device = RamBlockDevice.ofSize(1 << 20)) {
            device.activate();
            try (BlockChannel channel = device.openChannel(Waker.NONE)) {
                TestRequest request = new TestRequest();
                try (Arena gone = Arena.ofShared()) {
                    request.with(gone.allocate(512));
                }
                request.write(0, 1, false);
                assertThat(request.run(channel)).isEqualTo(BlockStatus.MEMORY_FAULT);
                request.read(0, 1);
                assertThat(request.run(channel)).isEqualTo(BlockStatus.MEMORY_FAULT);
            }
        }
    }
}
