package io.vfiouser.nvme.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class RamBlockDevicePoolTest extends BlockDevicePoolContract {
    @Override
    BlockDevicePool open() {
        return RamBlockDevicePool.ofSize(CAPACITY);
    }

    @Test
    void aCapacityOfNothingIsRefused() {
        assertThatThrownBy(() -> RamBlockDevicePool.ofSize(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("give it more");
    }

    @Test
    void memoryThatTheSystemDoesNotHaveIsInsufficientCapacity() {
        long size = 1L << 60;
        try (RamBlockDevicePool large = RamBlockDevicePool.ofSize(size)) {
            assertThatThrownBy(() -> large.create(1, size, 4096, BlockIdentity.random()))
                    .isInstanceOf(InsufficientCapacityException.class)
                    .hasMessageContaining("smaller pool");
            assertThat(large.unallocatedBytes()).isEqualTo(size);
        }
    }
}
