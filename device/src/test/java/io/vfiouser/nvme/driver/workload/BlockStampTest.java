package io.vfiouser.nvme.driver.workload;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlockStampTest {

    private static final long RUN = 0x1234_5678_9ABCL;

    private final MemorySegment data = MemorySegment.ofArray(new byte[3 * 4096]);

    @ParameterizedTest
    @ValueSource(ints = {512, 4096})
    void aStampedBlockTellsItsGeneration(int blockBytes) {
        BlockStamp.write(data, blockBytes, blockBytes, RUN, 2, 77, 5);
        assertThat(BlockStamp.read(data, blockBytes, blockBytes, RUN, 2, 77)).isEqualTo(5);
        assertThat(BlockStamp.read(data, 0, blockBytes, RUN, 2, 77)).isEqualTo(BlockStamp.NO_STAMP);
    }

    @ParameterizedTest
    @ValueSource(ints = {512, 4096})
    void everySingleByteThatChangesIsNoticed(int blockBytes) {
        BlockStamp.write(data, 0, blockBytes, RUN, 1, 9, 3);
        for (int i = 0; i < blockBytes; i++) {
            byte before = data.get(ValueLayout.JAVA_BYTE, i);
            data.set(ValueLayout.JAVA_BYTE, i, (byte) (before ^ 0x40));
            assertThat(BlockStamp.read(data, 0, blockBytes, RUN, 1, 9)).isNegative();
            data.set(ValueLayout.JAVA_BYTE, i, before);
        }
        assertThat(BlockStamp.read(data, 0, blockBytes, RUN, 1, 9)).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(ints = {512, 4096})
    void theBlockOfAnotherPlaceOrRunIsNamed(int blockBytes) {
        BlockStamp.write(data, 0, blockBytes, RUN, 1, 9, 3);
        assertThat(BlockStamp.read(data, 0, blockBytes, RUN, 1, 10)).isEqualTo(BlockStamp.MISPLACED);
        assertThat(BlockStamp.read(data, 0, blockBytes, RUN, 2, 9)).isEqualTo(BlockStamp.MISPLACED);
        assertThat(BlockStamp.read(data, 0, blockBytes, RUN + 1, 1, 9)).isEqualTo(BlockStamp.OTHER_RUN);
    }

    @ParameterizedTest
    @ValueSource(ints = {512, 4096})
    void halvesOfTwoGenerationsAreTorn(int blockBytes) {
        BlockStamp.write(data, 0, blockBytes, RUN, 1, 9, 3);
        BlockStamp.write(data, blockBytes, blockBytes, RUN, 1, 9, 4);
        data.asSlice(blockBytes / 2, blockBytes / 2)
                .copyFrom(data.asSlice(blockBytes + blockBytes / 2, blockBytes / 2));
        assertThat(BlockStamp.read(data, 0, blockBytes, RUN, 1, 9)).isEqualTo(BlockStamp.TORN);
    }
}
