package io.vfiouser.nvme.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HostMemoryTest {

    private static final long LENGTH = 1 << 20;
    private final HostMemory memory = HostMemory.create(LENGTH, 1L << 32);

    @AfterEach
    void close() {
        memory.close();
    }

    @Test
    void buffersNeverOverlapAndEverythingComesBack() {
        SplittableRandom random = new SplittableRandom(1);
        List<DmaBuffer> buffers = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            if (buffers.isEmpty() || (random.nextInt(100) < 55 && allocated(buffers) < LENGTH / 2)) {
                DmaBuffer buffer = memory.allocate(1 + random.nextInt(5 * 4096));
                for (DmaBuffer other : buffers) {
                    assertThat(buffer.iova() >= other.iova() + other.lengthBytes()
                                    || other.iova() >= buffer.iova() + buffer.lengthBytes())
                            .isTrue();
                }
                buffers.add(buffer);
            } else {
                buffers.remove(random.nextInt(buffers.size())).close();
            }
        }
        buffers.forEach(DmaBuffer::close);
        memory.allocate(LENGTH).close();
    }

    @Test
    void regionsAreCutAtPagesAndTheFirstHasTheRest() {
        assertThat(HostMemory.regionStarts(16 * 4096, 8 * 4096, 1)).containsExactly(0L);
        assertThat(HostMemory.regionStarts(16 * 4096, 8 * 4096, 2)).containsExactly(0L, 12 * 4096L);
        assertThat(HostMemory.regionStarts(16 * 4096, 8 * 4096 + 1, 3)).containsExactly(0L, 10 * 4096L, 13 * 4096L);
        assertThat(HostMemory.regionStarts(5 * 4096, 3 * 4096, 3)).containsExactly(0L, 3 * 4096L, 4 * 4096L);
    }

    @Test
    void memoryIsZeroedEachTimeItIsGiven() {
        try (DmaBuffer buffer = memory.allocate(4096)) {
            buffer.segment().fill((byte) 7);
        }
        try (DmaBuffer buffer = memory.allocate(4096)) {
            assertThat(buffer.segment().get(ValueLayout.JAVA_LONG, 0)).isZero();
        }
    }

    @Test
    void closingTwiceGivesTheMemoryBackOnce() {
        DmaBuffer buffer = memory.allocate(LENGTH);
        buffer.close();
        buffer.close();
        DmaBuffer all = memory.allocate(LENGTH);
        assertThatExceptionOfType(NvmeDriverException.class)
                .isThrownBy(() -> memory.allocate(1))
                .withMessageContaining("no room");
        all.close();
    }

    private static long allocated(List<DmaBuffer> buffers) {
        return buffers.stream().mapToLong(DmaBuffer::lengthBytes).sum();
    }
}
