package io.vfiouser.nvme.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Segments of native memory and of arrays are treated alike. */
class SegmentCopyTest {
    private final Arena arena = Arena.ofConfined();
    private final List<MemorySegment> kinds =
            List.of(arena.allocate(16), arena.allocate(16), MemorySegment.ofArray(new byte[16]));

    @AfterEach
    void freeSegments() {
        arena.close();
    }

    @Test
    void theMemoryThatCountsIsOfTheClassThatIsAskedFor() {
        assertThat(kinds.getFirst().getClass()).isEqualTo(SegmentCopy.NATIVE);
        assertThat(kinds.getFirst().asReadOnly().getClass()).isEqualTo(SegmentCopy.NATIVE);
        assertThat(kinds.getLast().getClass()).isNotEqualTo(SegmentCopy.NATIVE);
    }

    @Test
    void bytesAreCopiedBetweenAllKinds() {
        for (MemorySegment from : kinds) {
            for (MemorySegment to : kinds) {
                from.copyFrom(MemorySegment.ofArray(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0, 0, 0, 0, 0}));

                SegmentCopy.copy(from, 1, to, 12, 3);

                assertThat(to.asSlice(12, 4).toArray(ValueLayout.JAVA_BYTE)).containsExactly(2, 3, 4, 0);
                to.fill((byte) 0);
            }
        }
    }

    @Test
    void nothingBeyondAnEndAndNothingReadOnlyIsTouched() {
        for (MemorySegment from : kinds) {
            for (MemorySegment to : kinds) {
                assertThatThrownBy(() -> SegmentCopy.copy(from, 8, to, 0, 9))
                        .isInstanceOf(IndexOutOfBoundsException.class);
                assertThatThrownBy(() -> SegmentCopy.copy(from, 0, to, 8, 9))
                        .isInstanceOf(IndexOutOfBoundsException.class);
                assertThatThrownBy(() -> SegmentCopy.copy(from, 0, to.asReadOnly(), 0, 1))
                        .isInstanceOf(IllegalArgumentException.class);
            }
        }
    }
}
