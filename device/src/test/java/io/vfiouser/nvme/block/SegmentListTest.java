package io.vfiouser.nvme.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class SegmentListTest {
    private final MemorySegment memory = Arena.ofAuto().allocate(100);
    private final MemorySegment other = Arena.ofAuto().allocate(100);
    private final SegmentList list = new SegmentList(1);

    @Test
    void mergesWhatFollowsInTheSameSegment() {
        list.add(memory, 0, 10);
        list.add(memory, 10, 5);
        list.add(memory, 20, 5);
        list.add(other, 25, 5);
        list.add(memory, 30, 1);
        assertThat(list.size()).isEqualTo(4);
        assertThat(list.length(0)).isEqualTo(15);
        assertThat(list.offset(1)).isEqualTo(20);
        assertThat(list.segment(2).address()).isEqualTo(other.address());
        assertThat(list.address(3)).isEqualTo(memory.address() + 30);
        assertThat(list.totalBytes()).isEqualTo(26);
        list.clear();
        assertThat(list.size()).isZero();
        assertThat(list.totalBytes()).isZero();
    }

    @Test
    void refusesPiecesThatDoNotLieInTheSegment() {
        long[][] bad = {{0, 101}, {-1, 5}, {100, 1}, {0, 0}, {5, -1}, {Long.MAX_VALUE, 2}, {1, Long.MAX_VALUE}};
        for (long[] each : bad) {
            assertThatThrownBy(() -> list.add(memory, each[0], each[1])).isInstanceOf(IndexOutOfBoundsException.class);
        }
        assertThat(list.size()).isZero();
    }
}
