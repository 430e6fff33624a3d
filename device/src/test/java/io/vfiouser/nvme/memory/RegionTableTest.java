package io.vfiouser.nvme.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RegionTableTest {
    private static final MemorySegment BYTES = Arena.ofAuto().allocate(0x4000);

    private static GuestRegion region(long iova, long length, boolean readable, boolean writable) {
        return new GuestRegion(iova, BYTES.asSlice(0, length), readable, writable, DirtyMarker.NONE);
    }

    private static boolean holds(RegionTable table, long iova, long length, Direction direction) {
        boolean plain = table.find(iova, length, direction, -1) >= 0;
        for (int hint = 0; hint <= table.size(); hint++) {
            assertThat(table.find(iova, length, direction, hint) >= 0)
                    .as("the hint must not change the answer")
                    .isEqualTo(plain);
        }
        return plain;
    }

    @Test
    void rangesAreFoundOnlyIfTheyLieWhollyInOneRegion() {
        RegionTable table =
                RegionTable.of(List.of(region(0x3000, 0x1000, true, true), region(0x1000, 0x1000, true, true)));

        assertThat(holds(table, 0x1000, 0x1000, Direction.TO_GUEST)).isTrue();
        assertThat(holds(table, 0x1FFF, 1, Direction.TO_GUEST)).isTrue();
        assertThat(holds(table, 0x1FFF, 2, Direction.TO_GUEST)).isFalse();
        assertThat(holds(table, 0x0FFF, 1, Direction.TO_GUEST)).isFalse();
        assertThat(holds(table, 0x2800, 8, Direction.TO_GUEST)).isFalse();
        assertThat(holds(table, 0x3FF8, 8, Direction.FROM_GUEST)).isTrue();
        assertThat(holds(table, 0x4000, 1, Direction.FROM_GUEST)).isFalse();
    }

    @Test
    void directionIsPartOfTheCheck() {
        RegionTable table =
                RegionTable.of(List.of(region(0x1000, 0x1000, true, false), region(0x3000, 0x1000, false, true)));

        assertThat(holds(table, 0x1000, 8, Direction.FROM_GUEST)).isTrue();
        assertThat(holds(table, 0x1000, 8, Direction.TO_GUEST)).isFalse();
        assertThat(holds(table, 0x3000, 8, Direction.FROM_GUEST)).isFalse();
        assertThat(holds(table, 0x3000, 8, Direction.TO_GUEST)).isTrue();
    }

    @Test
    void addressesAreUnsignedUpToTheEndOfTheAddressSpace() {
        RegionTable table = RegionTable.of(List.of(
                region(-0x1000L, 0x1000, true, true),
                region(0, 0x1000, true, true),
                region(1L << 63, 0x1000, true, true)));

        assertThat(holds(table, -8, 8, Direction.TO_GUEST)).isTrue();
        assertThat(holds(table, -8, 16, Direction.TO_GUEST)).isFalse();
        assertThat(holds(table, 0, 8, Direction.TO_GUEST)).isTrue();
        assertThat(holds(table, 1L << 63, 8, Direction.TO_GUEST)).isTrue();
        assertThat(holds(table, (1L << 63) - 1, 1, Direction.TO_GUEST)).isFalse();
        assertThat(holds(table, Long.MAX_VALUE, Long.MAX_VALUE, Direction.TO_GUEST))
                .isFalse();
        assertThat(holds(table, 0x800, Long.MAX_VALUE, Direction.TO_GUEST)).isFalse();
    }

    @Test
    void overlappingAndWrappingRegionsAreRefused() {
        assertThatThrownBy(() ->
                        RegionTable.of(List.of(region(0x1000, 0x1000, true, true), region(0x1800, 0x1000, true, true))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> region(-0x800L, 0x1000, true, true)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void manyRegionsAreSearchedLikeALinearScanWould() {
        List<GuestRegion> regions = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            regions.add(region(i * 0x3000L, 0x1000L * (1 + i % 3), true, i % 2 == 0));
        }
        Random random = new Random(1);
        Collections.shuffle(regions, random);
        RegionTable table = RegionTable.of(regions);
        for (int i = 0; i < 10_000; i++) {
            long iova = random.nextLong(0, 3_000_000L * 4);
            long length = random.nextLong(1, 0x2001);
            Direction direction = random.nextBoolean() ? Direction.TO_GUEST : Direction.FROM_GUEST;
            boolean expected = regions.stream()
                    .anyMatch(r -> iova >= r.iova()
                            && iova + length <= r.iova() + r.lengthBytes()
                            && (direction == Direction.FROM_GUEST || r.writable()));
            assertThat(table.find(iova, length, direction, random.nextInt(1000)) >= 0)
                    .isEqualTo(expected);
        }
    }
}
