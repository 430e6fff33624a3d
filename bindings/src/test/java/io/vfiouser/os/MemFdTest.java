package io.vfiouser.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class MemFdTest {
    private static final long PAGE = MemoryCalls.PAGE_BYTES;

    @Test
    void twoMappingsShowTheSameMemory() {
        try (MemFd memory = MemFd.create("test", 2 * PAGE);
                Mapping one = memory.map(Protection.READ_WRITE);
                Mapping two = memory.map(PAGE, PAGE, Protection.READ)) {
            one.segment().set(ValueLayout.JAVA_LONG, PAGE + 8, 0x1122334455667788L);
            assertThat(two.segment().get(ValueLayout.JAVA_LONG, 8)).isEqualTo(0x1122334455667788L);
        }
    }

    @Test
    void aMappingOutlivesTheDescriptor() {
        Mapping mapping;
        try (MemFd memory = MemFd.create("test", PAGE)) {
            mapping = memory.map(Protection.READ_WRITE);
        }
        try (mapping) {
            mapping.segment().fill((byte) 7);
            assertThat(mapping.segment().get(ValueLayout.JAVA_BYTE, PAGE - 1)).isEqualTo((byte) 7);
        }
    }

    @Test
    void changesItsLength() {
        try (MemFd memory = MemFd.create("test", 10)) {
            memory.resize(5 * PAGE);
            assertThat(memory.lengthBytes()).isEqualTo(5 * PAGE);
        }
    }

    @Test
    void aSealedLengthStays() {
        try (MemFd memory = MemFd.create("test", PAGE)) {
            memory.sealSize();
            assertThatExceptionOfType(ErrnoException.class)
                    .isThrownBy(() -> memory.resize(0))
                    .withMessageContaining("EPERM");
        }
    }

    @Test
    void hugePagesOrBasePagesAreGivenAndSaid() {
        try (MemFd memory = MemFd.create("test", 1, PageSize.EXPLICIT_HUGE);
                Mapping mapping = memory.map(Protection.READ_WRITE)) {
            assertThat(mapping.pageSize()).isEqualTo(memory.pageSize());
            long expected = memory.pageSize() == PageSize.BASE ? 1 : HugePages.BYTES;
            assertThat(memory.lengthBytes()).isEqualTo(expected);
            mapping.segment().set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
        }
    }

    @Test
    void transparentHugePagesAreGivenWhereTheSystemAllowsThemInFiles() {
        try (MemFd memory = MemFd.create("test", HugePages.BYTES + 1, PageSize.TRANSPARENT_HUGE);
                Mapping mapping = memory.map(Protection.READ_WRITE)) {
            PageSize expected = HugePages.transparentAllowedInFiles() ? PageSize.TRANSPARENT_HUGE : PageSize.BASE;
            assertThat(memory.pageSize()).isEqualTo(expected);
            assertThat(mapping.pageSize()).isEqualTo(expected);
            mapping.segment().fill((byte) 1);
            assertThat(mapping.segment().get(ValueLayout.JAVA_BYTE, HugePages.BYTES))
                    .isEqualTo((byte) 1);
        }
    }

    @Test
    void refusesLengthsThatMakeNoSense() {
        assertThatIllegalArgumentException().isThrownBy(() -> MemFd.create("test", -1));
        var before = OpenFds.now();
        assertThatExceptionOfType(ErrnoException.class).isThrownBy(() -> MemFd.create("x".repeat(300), 1));
        assertThat(OpenFds.newSince(before)).isEmpty();
    }
}
