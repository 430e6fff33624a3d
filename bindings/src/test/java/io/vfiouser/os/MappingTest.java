package io.vfiouser.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vfiouser.ffi.posix.posix_h;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MappingTest {
    private static final long PAGE = MemoryCalls.PAGE_BYTES;

    @Test
    void mappingBeyondTheEndOfAFileIsRefusedBeforeItCanHurt() {
        try (MemFd memory = MemFd.create("test", PAGE + 1)) {
            memory.map(0, 2 * PAGE, Protection.READ).close();
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> memory.map(0, 2 * PAGE + 1, Protection.READ))
                    .withMessageContaining("the file ends at " + (PAGE + 1));
            assertThatIllegalArgumentException().isThrownBy(() -> memory.map(2 * PAGE, 1, Protection.READ));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> memory.map(PAGE, Long.MAX_VALUE - PAGE, Protection.READ));
        }
    }

    @Test
    void crookedOffsetsAndLengthsAreRefused() {
        try (MemFd memory = MemFd.create("test", 2 * PAGE)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> memory.map(1, 1, Protection.READ))
                    .withMessageContaining("page size");
            assertThatIllegalArgumentException().isThrownBy(() -> memory.map(-PAGE, PAGE, Protection.READ));
            assertThatIllegalArgumentException().isThrownBy(() -> memory.map(0, 0, Protection.READ));
        }
    }

    @Test
    void theSystemsRefusalIsReported(@TempDir Path folder) throws Exception {
        Path file = Files.write(folder.resolve("file"), new byte[10]);
        try (Fd readOnly = Fd.open(file, posix_h.O_RDONLY())) {
            assertThatExceptionOfType(ErrnoException.class)
                    .isThrownBy(() -> Mapping.map(readOnly, 0, 10, Protection.READ_WRITE))
                    .withMessageContaining("EACCES");
        }
    }

    @Test
    void aReadOnlyMappingThrowsOnAStoreInsteadOfEndingTheProcess() {
        try (MemFd memory = MemFd.create("test", PAGE);
                Mapping mapping = memory.map(Protection.READ)) {
            assertThatThrownBy(() -> mapping.segment().set(ValueLayout.JAVA_BYTE, 0, (byte) 1))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void anInaccessibleMappingHasNothingToAccess() {
        try (MemFd memory = MemFd.create("test", PAGE);
                Mapping mapping = memory.map(Protection.NONE)) {
            assertThat(mapping.segment().byteSize()).isZero();
            assertThat(mapping.address()).isNotZero();
            assertThat(mapping.lengthBytes()).isEqualTo(PAGE);
        }
    }

    @Test
    void accessAfterCloseThrows() {
        Mapping mapping = Mapping.anonymous(PAGE, PageSize.BASE);
        mapping.close();
        mapping.close();
        assertThat(mapping.isOpen()).isFalse();
        assertThatIllegalStateException().isThrownBy(() -> mapping.segment().get(ValueLayout.JAVA_BYTE, 0));
    }

    @Test
    void closingUnmaps() throws Exception {
        Path maps = Path.of("/proc/self/maps");
        Mapping mapping;
        try (MemFd memory = MemFd.create("closing-unmaps", PAGE)) {
            mapping = memory.map(Protection.READ_WRITE);
        }
        mapping.populate();
        assertThat(Files.readString(maps)).contains("memfd:closing-unmaps");
        mapping.close();
        assertThat(Files.readString(maps)).doesNotContain("memfd:closing-unmaps");
    }

    @ParameterizedTest
    @EnumSource(PageSize.class)
    void anonymousMemoryIsZeroedAndUsableWhateverPagesItGets(PageSize wanted) {
        long length = 3 * HugePages.BYTES + 17;
        try (Mapping mapping = Mapping.anonymous(length, wanted)) {
            assertThat(mapping.pageSize()).isLessThanOrEqualTo(wanted);
            assertThat(mapping.segment().byteSize()).isEqualTo(length);
            assertThat(mapping.segment().get(ValueLayout.JAVA_BYTE, length - 1)).isZero();
            mapping.segment().fill((byte) 1);
            if (mapping.pageSize() != PageSize.BASE) {
                assertThat(mapping.address() % HugePages.BYTES).isZero();
            }
        }
    }

    @Test
    void aShrunkFileGivesAnErrorAndNotTheEndOfTheProcess() {
        try (MemFd memory = MemFd.create("test", PAGE);
                Mapping mapping = memory.map(Protection.READ_WRITE)) {
            memory.resize(0);
            assertThatThrownBy(() -> touch(mapping)).isInstanceOf(InternalError.class);
        }
    }

    private static void touch(Mapping mapping) {
        mapping.segment().get(ValueLayout.JAVA_BYTE, 0);
        MemoryFaults.deliver();
    }
}
