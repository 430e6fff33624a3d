package io.vfiouser.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RawFileTest {
    private static final int LENGTH = 1 << 20;

    @TempDir
    private Path folder;

    private final Arena arena = Arena.ofConfined();
    private Path path;
    private RawFile file;

    @BeforeEach
    void create() throws IOException {
        path = folder.resolve("image");
        Files.write(path, new byte[LENGTH]);
        file = RawFile.open(path, RawFile.Access.READ_WRITE, false);
    }

    @AfterEach
    void close() {
        file.close();
        arena.close();
    }

    @Test
    void writesPiecesAndReadsThemBackScatteredOtherwise() {
        MemorySegment memory = arena.allocate(300);
        for (int i = 0; i < 100; i++) {
            memory.set(ValueLayout.JAVA_BYTE, i, (byte) (i + 1));
        }
        IoVector vector = new IoVector(3, arena);
        vector.add(memory.address(), 7);
        vector.add(memory.address() + 7, 93);
        assertThat(file.write(vector, 4093)).isEqualTo(100);

        vector.clear();
        vector.add(memory.address() + 200, 60);
        vector.add(memory.address() + 150, 40);
        assertThat(file.read(vector, 4093)).isEqualTo(100);
        assertThat(memory.get(ValueLayout.JAVA_BYTE, 200)).isEqualTo((byte) 1);
        assertThat(memory.get(ValueLayout.JAVA_BYTE, 259)).isEqualTo((byte) 60);
        assertThat(memory.get(ValueLayout.JAVA_BYTE, 150)).isEqualTo((byte) 61);
        assertThat(memory.get(ValueLayout.JAVA_BYTE, 189)).isEqualTo((byte) 100);
    }

    @Test
    void aVectorGoesOnWhereAShortTransferStopped() {
        MemorySegment memory = arena.allocate(30);
        for (int i = 0; i < 30; i++) {
            memory.set(ValueLayout.JAVA_BYTE, i, (byte) i);
        }
        IoVector vector = new IoVector(3, arena);
        vector.add(memory.address(), 10);
        vector.add(memory.address() + 10, 10);
        vector.add(memory.address() + 20, 10);
        vector.advance(10);
        vector.advance(3);
        assertThat(vector.totalBytes()).isEqualTo(17);
        assertThat(file.writeDurably(vector, 0)).isIn(17L, (long) -Errno.EOPNOTSUPP);
        assertThat(file.write(vector, 0)).isEqualTo(17);
        vector.clear();
        vector.add(memory.address(), 17);
        assertThat(file.read(vector, 0)).isEqualTo(17);
        assertThat(memory.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 13);
        assertThat(memory.get(ValueLayout.JAVA_BYTE, 16)).isEqualTo((byte) 29);
    }

    @Test
    void memoryThatIsNotThereIsAnErrorNumberNotACrash() {
        IoVector vector = new IoVector(1, arena);
        try (MemFd memory = MemFd.create("shrinking", 8192);
                Mapping mapping = memory.map(Protection.READ_WRITE)) {
            memory.resize(4096);
            vector.add(mapping.address() + 4096, 512);
            assertThat(file.read(vector, 0)).isEqualTo(-Errno.EFAULT);
            assertThat(file.write(vector, 0)).isEqualTo(-Errno.EFAULT);
        }
    }

    @Test
    void readsNothingBeyondTheEnd() {
        IoVector vector = new IoVector(1, arena);
        vector.add(arena.allocate(16).address(), 16);
        assertThat(file.read(vector, LENGTH)).isZero();
        assertThat(file.read(vector, LENGTH - 4)).isEqualTo(4);
    }

    @Test
    void punchedRangesAreHolesAndReadAsZeroes() {
        IoVector vector = new IoVector(1, arena);
        MemorySegment memory = arena.allocate(LENGTH);
        memory.fill((byte) 7);
        vector.add(memory.address(), LENGTH);
        assertThat(file.write(vector, 0)).isEqualTo(LENGTH);
        assertThat(file.sync()).isZero();

        int punched = file.punchHole(65_536, 65_536);
        assertThat(punched).isIn(0, -Errno.EOPNOTSUPP);
        if (punched == 0) {
            assertThat(file.nextHole(0)).isEqualTo(65_536);
            assertThat(file.nextData(65_536)).isEqualTo(131_072);
            assertThat(file.read(vector, 0)).isEqualTo(LENGTH);
            assertThat(memory.get(ValueLayout.JAVA_BYTE, 65_535)).isEqualTo((byte) 7);
            assertThat(memory.get(ValueLayout.JAVA_BYTE, 65_536)).isZero();
            assertThat(memory.get(ValueLayout.JAVA_BYTE, 131_072)).isEqualTo((byte) 7);
        }
        assertThat(file.lengthBytes()).isEqualTo(LENGTH);
    }

    @Test
    void oneOpenLocksOutTheOthersOfTheSameProcess() {
        try (RawFile other = RawFile.open(path, RawFile.Access.READ_WRITE, false)) {
            assertThat(other.inode()).isEqualTo(file.inode());
            assertThat(file.tryLock(true)).isTrue();
            assertThat(other.tryLock(true)).isFalse();
            assertThat(other.tryLock(false)).isFalse();
            file.close();
            assertThat(other.tryLock(false)).isTrue();
            try (RawFile third = RawFile.open(path, RawFile.Access.READ, false)) {
                assertThat(third.tryLock(false)).isTrue();
            }
        }
    }

    @Test
    void tellsWhatIsBehindTheName() {
        assertThat(file.kind()).isEqualTo(RawFile.Kind.REGULAR);
        assertThat(file.sectorBytes()).isEqualTo(1);
        try (RawFile directory = RawFile.open(folder, RawFile.Access.READ, false)) {
            assertThat(directory.kind()).isEqualTo(RawFile.Kind.OTHER);
        }
        assertThatThrownBy(() -> RawFile.open(folder.resolve("missing"), RawFile.Access.READ, false))
                .isInstanceOfSatisfying(
                        ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOENT));
    }
}
