package io.vfiouser.nvme.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Segments of native memory and of arrays are treated alike, and long pieces as short ones. */
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

    @ParameterizedTest
    @ValueSource(
            longs = {
                1,
                SegmentCopy.GUARDED_TO_DEVICE_BYTES - 1,
                SegmentCopy.GUARDED_TO_DEVICE_BYTES,
                SegmentCopy.GUARDED_FROM_DEVICE_BYTES - 1,
                SegmentCopy.GUARDED_FROM_DEVICE_BYTES,
                300_000
            })
    void bytesOfAnyNumberArriveFromAndAtAnyPlaceOfALine(long bytes) {
        long length = bytes + 130;
        List<MemorySegment> all = List.of(
                arena.allocate(length, 64), MemorySegment.ofArray(new byte[(int) length]), arena.allocate(length, 64));
        for (MemorySegment from : all) {
            for (long i = 0; i < length; i++) {
                from.set(ValueLayout.JAVA_BYTE, i, (byte) (i * 7 + 1));
            }
            for (long fromOffset : new long[] {0, 1, 64}) {
                for (long toOffset : new long[] {0, 1, 65}) {
                    MemorySegment expected = arena.allocate(length);
                    MemorySegment.copy(from, fromOffset, expected, toOffset, bytes);
                    MemorySegment read = arena.allocate(length, 64);
                    MemorySegment written = arena.allocate(length, 64);

                    SegmentCopy.fromDevice(from, fromOffset, read, toOffset, bytes);
                    SegmentCopy.toDevice(from, fromOffset, written, toOffset, bytes);

                    assertThat(read.mismatch(expected)).isEqualTo(-1);
                    assertThat(written.mismatch(expected)).isEqualTo(-1);
                }
            }
        }
    }

    @Test
    void aLongPieceBeyondAnEndOrReadOnlyIsRefused() {
        MemorySegment from = arena.allocate(65536, 64);
        MemorySegment to = arena.allocate(65536, 64);
        assertThatThrownBy(() -> SegmentCopy.fromDevice(from, 64, to, 0, 65536))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> SegmentCopy.toDevice(from, 0, to, 64, 65536))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> SegmentCopy.toDevice(from, 0, to, -64, 65536))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> SegmentCopy.fromDevice(from, 0, to.asReadOnly(), 0, 65536))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
