package io.vfiouser.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

/** Addresses that stay while files come and go. */
class AddressRangeTest {
    private static final long PAGE = MemoryCalls.PAGE_BYTES;

    @Test
    void aSegmentShowsTheFileThatIsMappedAtTheTime() {
        try (AddressRange range = AddressRange.reserve(3 * PAGE);
                MemFd first = MemFd.create("first", PAGE);
                MemFd second = MemFd.create("second", PAGE);
                Mapping other = second.map(Protection.READ_WRITE)) {
            MemorySegment place = range.segment().asSlice(PAGE, PAGE);
            range.map(PAGE, first);
            place.set(ValueLayout.JAVA_LONG, 0, 1);
            range.map(PAGE, second);
            assertThat(place.get(ValueLayout.JAVA_LONG, 0)).isZero();
            place.set(ValueLayout.JAVA_LONG, 0, 2);
            assertThat(other.segment().get(ValueLayout.JAVA_LONG, 0)).isEqualTo(2);
            range.unmap(PAGE, PAGE);
            range.map(PAGE, first);
            assertThat(place.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(1);
        }
    }

    @Test
    void whatOneRangeShowsIsMovedToAnother() {
        long length = 3 * PAGE;
        try (AddressRange one = AddressRange.reserve(PAGE + length);
                AddressRange two = AddressRange.reserve(PAGE + length);
                MemFd first = MemFd.create("first", length);
                MemFd second = MemFd.create("second", length)) {
            one.map(PAGE, first);
            two.map(PAGE, second);
            MemorySegment here = one.segment().asSlice(PAGE, length);
            MemorySegment there = two.segment().asSlice(PAGE, length);
            here.set(ValueLayout.JAVA_LONG, 0, 1);
            there.set(ValueLayout.JAVA_LONG, 0, 2);

            assertThat(one.move(two, PAGE, length)).isTrue();

            assertThat(there.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(1);
            // a page that had not been used is found in the file, and both show it
            there.set(ValueLayout.JAVA_LONG, 2 * PAGE, 3);
            assertThat(here.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(1);
            assertThat(here.get(ValueLayout.JAVA_LONG, 2 * PAGE)).isEqualTo(3);
            one.map(PAGE, second);
            assertThat(here.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(2);
        }
    }

    @Test
    void aMoveThatTheSystemRefusesIsSaid() {
        try (AddressRange range = AddressRange.reserve(2 * PAGE);
                MemFd file = MemFd.create("file", PAGE)) {
            range.map(PAGE, file);
            range.segment().set(ValueLayout.JAVA_LONG, PAGE, 1);
            assertThat(range.move(range, PAGE, PAGE)).as("to itself").isFalse();
            range.map(PAGE, file);
            assertThat(range.segment().get(ValueLayout.JAVA_LONG, PAGE)).isEqualTo(1);
            assertThatExceptionOfType(IndexOutOfBoundsException.class)
                    .isThrownBy(() -> range.move(range, PAGE, 2 * PAGE));
        }
    }

    @Test
    void accessAfterTheEndIsAnException() {
        AddressRange range = AddressRange.reserve(PAGE);
        MemorySegment segment = range.segment();
        range.close();
        range.close();
        assertThatIllegalStateException().isThrownBy(() -> segment.get(ValueLayout.JAVA_BYTE, 0));
    }

    @Test
    void whatIsNotWholePagesOrDoesNotFitIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> AddressRange.reserve(PAGE + 1));
        assertThatIllegalArgumentException().isThrownBy(() -> AddressRange.reserve(0));
        try (AddressRange range = AddressRange.reserve(PAGE);
                MemFd large = MemFd.create("large", 2 * PAGE)) {
            assertThatIllegalArgumentException().isThrownBy(() -> range.unmap(1, PAGE));
            assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> range.map(0, large));
        }
    }
}
