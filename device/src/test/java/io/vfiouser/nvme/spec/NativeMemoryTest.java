package io.vfiouser.nvme.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every kind of segment is treated alike: those of native memory, of an array, of a mapped file. */
class NativeMemoryTest {
    private static final int BYTES = 64;

    @TempDir
    Path folder;

    private final Arena arena = Arena.ofConfined();
    private List<MemorySegment> kinds = List.of();

    @BeforeEach
    void makeSegments() throws IOException {
        Path path = folder.resolve("file");
        try (FileChannel file =
                FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            kinds = List.of(
                    arena.allocate(BYTES, 8),
                    MemorySegment.ofArray(new long[BYTES / 8]),
                    file.map(MapMode.READ_WRITE, 0, BYTES, arena));
        }
    }

    @AfterEach
    void freeSegments() {
        arena.close();
    }

    @Test
    void theKindsAreOfThreeClasses() {
        assertThat(kinds.stream().map(Object::getClass).distinct()).hasSize(3);
    }

    @Test
    void whatIsStoredIsLoaded() {
        for (MemorySegment segment : kinds) {
            NativeMemory.putU64(segment, 3, 0x1122_3344_5566_7788L);
            NativeMemory.putU64Release(segment, 16, 0x99AA_BBCC_DDEE_FF00L);

            assertThat(NativeMemory.i64(segment, 3))
                    .isEqualTo(LittleEndian.i64(segment, 3))
                    .isEqualTo(0x1122_3344_5566_7788L);
            assertThat(NativeMemory.i32(segment, 7)).isEqualTo(0x1122_3344);
            assertThat(NativeMemory.i64Acquire(segment, 16)).isEqualTo(0x99AA_BBCC_DDEE_FF00L);
            assertThat(NativeMemory.i32Acquire(segment, 16)).isEqualTo(0xDDEE_FF00);
            assertThat(LittleEndian.u8(segment, 3)).isEqualTo(0x88);

            NativeMemory.putU32Release(segment, 20, 0x0102_0304);
            assertThat(NativeMemory.i64Acquire(segment, 16)).isEqualTo(0x0102_0304_DDEE_FF00L);
        }
    }

    @Test
    void nothingBeyondTheEndIsTouched() {
        for (MemorySegment segment : kinds) {
            assertThatThrownBy(() -> NativeMemory.i64(segment, BYTES - 7))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> NativeMemory.putU64(segment, -1, 0)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> NativeMemory.i32Acquire(segment, BYTES))
                    .isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void aReadOnlySegmentStaysSo() {
        for (MemorySegment segment : kinds) {
            assertThatThrownBy(() -> NativeMemory.putU64(segment.asReadOnly(), 0, 1))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
