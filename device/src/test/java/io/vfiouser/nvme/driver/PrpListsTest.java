package io.vfiouser.nvme.driver;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.spec.LittleEndian;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrpListsTest {

    private static final long IOVA = 1L << 32;
    private static final int PAGE = 4096;
    private final HostMemory memory = HostMemory.create(64 << 20, IOVA);

    @AfterEach
    void close() {
        memory.close();
    }

    @Test
    void oneOrTwoPagesNeedNoList() {
        try (PrpLists lists = new PrpLists(memory, 4, 1 << 20)) {
            assertThat(lists.second(0, IOVA, 512)).isZero();
            assertThat(lists.second(0, IOVA, PAGE)).isZero();
            assertThat(lists.second(0, IOVA + 512, PAGE)).isEqualTo(IOVA + PAGE);
            assertThat(lists.second(0, IOVA, 2 * PAGE)).isEqualTo(IOVA + PAGE);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0, 12288",
        "512, 8192",
        "512, 12288",
        "0, 131072",
        "0, 1048576",
        "4, 1048576",
        "0, 2097152",
        "0, 2101248",
        "0, 4194304",
        "1024, 8388608",
        "0, 8388608"
    })
    void listNamesEveryPageOfTheBuffer(long offset, int lengthBytes) {
        try (PrpLists lists = new PrpLists(memory, 3, 8 << 20)) {
            for (int slot = 0; slot < 3; slot++) {
                long iova = IOVA + (7L + slot) * PAGE + offset;
                long prp2 = lists.second(slot, iova, lengthBytes);
                assertThat(walk(iova, prp2, lengthBytes)).isEqualTo(pages(iova, lengthBytes));
            }
        }
    }

    @Test
    void aListThatIsUsedAgainForAShorterOrLongerBufferIsStillRight() {
        try (PrpLists lists = new PrpLists(memory, 1, 8 << 20)) {
            long iova = IOVA + PAGE;
            for (int length :
                    new int[] {32 * PAGE, 8 * PAGE, 64 * PAGE, 1024 * PAGE, 600 * PAGE, 512 * PAGE, 3 * PAGE}) {
                assertThat(walk(iova, lists.second(0, iova, length), length)).isEqualTo(pages(iova, length));
            }
        }
    }

    @Test
    void listsOfDifferentSlotsDoNotTouch() {
        try (PrpLists lists = new PrpLists(memory, 8, 1 << 20)) {
            List<Long> second = new ArrayList<>();
            for (int slot = 0; slot < 8; slot++) {
                second.add(lists.second(slot, IOVA + 512L * slot * PAGE, 1 << 20));
            }
            for (int slot = 0; slot < 8; slot++) {
                long iova = IOVA + 512L * slot * PAGE;
                assertThat(walk(iova, second.get(slot), 1 << 20)).isEqualTo(pages(iova, 1 << 20));
            }
        }
    }

    private static List<Long> pages(long iova, long lengthBytes) {
        List<Long> pages = new ArrayList<>();
        pages.add(iova);
        for (long page = (iova & -PAGE) + PAGE; page < iova + lengthBytes; page += PAGE) {
            pages.add(page);
        }
        return pages;
    }

    /** The walk as a controller does it: an entry that ends a page of list and is not the last of all is a pointer. */
    private List<Long> walk(long iova, long prp2, long lengthBytes) {
        List<Long> pages = new ArrayList<>();
        pages.add(iova);
        long left = lengthBytes - (PAGE - (iova & PAGE - 1));
        if (left <= 0) {
            return pages;
        }
        if (left <= PAGE) {
            pages.add(prp2);
            return pages;
        }
        long at = prp2;
        while (left > 0) {
            long entry = LittleEndian.i64(allMemory(), at - IOVA);
            boolean lastOfPage = (at & PAGE - 1) == PAGE - 8;
            if (lastOfPage && left > PAGE) {
                at = entry;
            } else {
                pages.add(entry);
                left -= PAGE;
                at += 8;
            }
        }
        return pages;
    }

    private MemorySegment allMemory() {
        return memory.segment();
    }
}
