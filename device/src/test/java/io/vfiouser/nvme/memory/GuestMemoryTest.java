package io.vfiouser.nvme.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class GuestMemoryTest {
    private static final long PAGE = 4096;
    private static final MemorySegment BYTES = MemorySegment.ofArray(new byte[(int) PAGE]);

    private final GuestMemory memory = new GuestMemory();

    private static GuestRegion page(long number) {
        return GuestRegion.of(number * PAGE, BYTES);
    }

    @Test
    void theTableHasWhatWasAddedAndNotRemovedHoweverManyThereAre() {
        Random random = new Random(11);
        List<GuestRegion> there = new ArrayList<>();
        for (int i = 0; i < 6 * GuestMemory.MADE_AT_ONCE; i++) {
            // More and more at first, fewer and fewer then.
            boolean add = there.isEmpty() || random.nextInt(3) != (i < 4 * GuestMemory.MADE_AT_ONCE ? 0 : 1);
            if (add) {
                GuestRegion region = page(2L * i);
                memory.add(region);
                there.add(region);
            } else {
                memory.remove(there.remove(random.nextInt(there.size())));
            }
            if (random.nextInt(20) == 0) {
                assertTableIs(there);
            }
        }
        assertTableIs(there);
    }

    private void assertTableIs(List<GuestRegion> expected) {
        RegionTable table = memory.table();
        assertThat(memory.table()).isSameAs(table);
        List<GuestRegion> found = new ArrayList<>();
        for (int i = 0; i < table.size(); i++) {
            found.add(table.region(i));
        }
        List<GuestRegion> sorted = new ArrayList<>(expected);
        sorted.sort(Comparator.comparing(GuestRegion::iova, Long::compareUnsigned));
        assertThat(found).isEqualTo(sorted);
    }

    @Test
    void whatOverlapsIsRefusedAndChangesNothing() {
        memory.add(page(2));
        memory.add(page(-1));
        RegionTable before = memory.table();
        for (GuestRegion over : List.of(
                page(2),
                GuestRegion.of(2 * PAGE - 1, BYTES),
                GuestRegion.of(3 * PAGE - 1, BYTES),
                GuestRegion.of(PAGE, MemorySegment.ofArray(new byte[(int) (3 * PAGE)])),
                GuestRegion.of(-PAGE + 1, BYTES.asSlice(1)))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> memory.add(over))
                    .withMessageContaining("overlap");
        }
        assertThat(memory.table()).isSameAs(before);
        memory.add(page(1));
        memory.add(page(3));
        assertThat(memory.table().size()).isEqualTo(4);
    }

    @Test
    void aRegionThatIsNotThereIsNotRemoved() {
        memory.add(page(1));
        memory.remove(page(2));
        memory.remove(GuestRegion.of(PAGE, MemorySegment.ofArray(new byte[(int) PAGE])));
        assertThat(memory.table().size()).isEqualTo(1);
    }
}
