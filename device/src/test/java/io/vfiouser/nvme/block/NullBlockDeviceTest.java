package io.vfiouser.nvme.block;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class NullBlockDeviceTest {
    @Test
    void movesNoDataAndChecksEveryRequest() {
        try (Arena arena = Arena.ofConfined();
                NullBlockDevice device = NullBlockDevice.of(100, 4096)) {
            MemorySegment memory = arena.allocate(4096).fill((byte) 3);
            try (BlockChannel channel = device.openChannel(Waker.NONE)) {
                TestRequest request = new TestRequest().with(memory);
                request.read(0, 1);
                assertThat(request.run(channel)).isEqualTo(BlockStatus.NOT_ACTIVE);
                device.activate();
                assertThat(request.run(channel)).isEqualTo(BlockStatus.OK);
                assertThat(memory.mismatch(arena.allocate(4096).fill((byte) 3))).isEqualTo(-1);
                request.read(100, 1);
                assertThat(request.run(channel)).isEqualTo(BlockStatus.OUT_OF_RANGE);
                request.write(0, 2, false);
                assertThat(request.run(channel)).isEqualTo(BlockStatus.INVALID_REQUEST);
            }
            List<Long> extents = new ArrayList<>();
            device.forEachAllocatedExtent(0, 100, (first, count) -> extents.add(first));
            assertThat(extents).isEmpty();
        }
    }
}
