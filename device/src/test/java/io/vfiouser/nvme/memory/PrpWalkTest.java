package io.vfiouser.nvme.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.spec.LittleEndian;
import io.vfiouser.nvme.spec.StatusCode;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrpWalkTest {
    private static final long IOVA = 0x10_0000;
    private static final int PAGE = 4096;

    private final MemorySegment memory = Arena.ofAuto().allocate(4 << 20, PAGE);
    private final List<String> dirty = new ArrayList<>();
    private final GuestRegion region = new GuestRegion(
            IOVA,
            memory,
            true,
            true,
            (offset, length) -> dirty.add(Long.toHexString(offset) + "+" + Long.toHexString(length)));
    private final GuestRegion readOnly =
            new GuestRegion(0x1000, memory.asSlice(0, 0x4000).asReadOnly(), true, false, DirtyMarker.NONE);
    private final RegionTable table = RegionTable.of(List.of(region, readOnly));
    private final PrpWalk walk = new PrpWalk();
    private final GuestBuffer buffer = new GuestBuffer();

    private StatusCode resolve(long prp1, long prp2, long length) {
        return walk.resolve(table, prp1, prp2, length, 12, Direction.TO_GUEST, buffer);
    }

    private static long page(int index) {
        return IOVA + (long) index * PAGE;
    }

    private void list(long at, long... entries) {
        for (int i = 0; i < entries.length; i++) {
            LittleEndian.putU64(memory, at - IOVA + i * 8L, entries[i]);
        }
    }

    private List<String> pieces() {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < buffer.segments().size(); i++) {
            all.add(Long.toHexString(buffer.segments().offset(i)) + "+"
                    + Long.toHexString(buffer.segments().length(i)));
        }
        return all;
    }

    @Test
    void onePageNeedsOnlyTheFirstPointerAndIgnoresTheSecond() {
        assertThat(resolve(page(1), 0x123, 4096)).isEqualTo(StatusCode.SUCCESS);
        assertThat(pieces()).containsExactly("1000+1000");
    }

    @Test
    void theFirstPointerMayHaveAnOffsetOfWholeDwords() {
        assertThat(resolve(page(1) + 0xE04, page(5), 4096)).isEqualTo(StatusCode.SUCCESS);
        assertThat(pieces()).containsExactly("1e04+1fc", "5000+e04");

        assertThat(resolve(page(1) + 2, page(5), 512)).isEqualTo(StatusCode.PRP_OFFSET_INVALID);
        assertThat(resolve(page(1) + 1, page(5), 512)).isEqualTo(StatusCode.PRP_OFFSET_INVALID);
    }

    @Test
    void neighbouringPagesAreMerged() {
        assertThat(resolve(page(1), page(2), 8192)).isEqualTo(StatusCode.SUCCESS);
        assertThat(pieces()).containsExactly("1000+2000");
    }

    @ParameterizedTest
    @ValueSource(longs = {4, 8, 0x800, 0xFFC})
    void theSecondPageStartsAtItsStart(long offset) {
        assertThat(resolve(page(1), page(3) + offset, 8192)).isEqualTo(StatusCode.PRP_OFFSET_INVALID);
    }

    @Test
    void aListMayStartAnywhereInAPage() {
        long list = page(9) + 0x128;
        list(list, page(3), page(4), page(8));

        assertThat(resolve(page(1), list, 4 * PAGE)).isEqualTo(StatusCode.SUCCESS);
        assertThat(pieces()).containsExactly("1000+1000", "3000+2000", "8000+1000");
        assertThat(buffer.totalBytes()).isEqualTo(4 * PAGE);
    }

    @Test
    void anOffsetInTheFirstPageNeedsOneMoreEntry() {
        list(page(9), page(3), page(5), page(7));

        assertThat(resolve(page(1) + 0x200, page(9), 3 * PAGE)).isEqualTo(StatusCode.SUCCESS);
        assertThat(pieces()).containsExactly("1200+e00", "3000+1000", "5000+1000", "7000+200");
    }

    @Test
    void theLastQwordOfAListsPageLeadsToTheNextList() {
        long list = page(10) - 16;
        list(list, page(3), page(20));
        list(page(20), page(5), page(7));

        assertThat(resolve(page(1), list, 4 * PAGE)).isEqualTo(StatusCode.SUCCESS);
        assertThat(pieces()).containsExactly("1000+1000", "3000+1000", "5000+1000", "7000+1000");
    }

    @Test
    void theLastQwordOfAListsPageIsDataIfItIsTheLastEntryNeeded() {
        long list = page(10) - 16;
        list(list, page(3), page(20));

        assertThat(resolve(page(1), list, 3 * PAGE)).isEqualTo(StatusCode.SUCCESS);
        assertThat(pieces()).containsExactly("1000+1000", "3000+1000", "14000+1000");
    }

    @Test
    void aListThatStartsInTheLastQwordIsOnlyAPointerToTheNext() {
        long list = page(10) - 8;
        list(list, page(20));
        list(page(20), page(5), page(7));

        assertThat(resolve(page(1), list, 3 * PAGE)).isEqualTo(StatusCode.SUCCESS);
        assertThat(pieces()).containsExactly("1000+1000", "5000+1000", "7000+1000");
    }

    @Test
    void listsThatAreChainedTwiceAreFollowed() {
        int pages = 1 + 511 + 511 + 3;
        for (int i = 0; i < 511; i++) {
            list(page(20) + i * 8L, page(100));
            list(page(21) + i * 8L, page(101));
        }
        list(page(20) + 511 * 8, page(21));
        list(page(21) + 511 * 8, page(22));
        list(page(22), page(102), page(103), page(104));

        assertThat(resolve(page(1), page(20), (long) pages * PAGE)).isEqualTo(StatusCode.SUCCESS);
        assertThat(buffer.totalBytes()).isEqualTo((long) pages * PAGE);
        assertThat(pieces().getLast()).isEqualTo("65000+4000");
    }

    @Test
    void aListMayStartAtEachQwordOfAPageAndLeadsOnFromTheLast() {
        int entries = 600;
        for (int qword = 0; qword < 512; qword++) {
            long at = page(20) + qword * 8L;
            List<String> expected = new ArrayList<>(List.of("1000+1000"));
            for (int i = 0; i < entries; i++) {
                if ((at & PAGE - 1) == PAGE - 8 && i < entries - 1) {
                    int next = (at & -PAGE) == page(20) ? 22 : 24;
                    list(at, page(next));
                    at = page(next);
                }
                int page = 100 + 2 * i % 400;
                list(at, page(page));
                at += 8;
                expected.add(Integer.toHexString(page * PAGE) + "+1000");
            }
            assertThat(resolve(page(1), page(20) + qword * 8L, (1L + entries) * PAGE))
                    .as("from qword %d on", qword)
                    .isEqualTo(StatusCode.SUCCESS);
            assertThat(pieces()).as("from qword %d on", qword).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {4, 8, 0x10, 0x800, 0xFF8})
    void theListThatAListLeadsToStartsAPage(long offset) {
        long end = page(10) - 8;
        list(end, page(20) + offset);
        list(page(20) + offset, page(3), page(5));

        assertThat(resolve(page(1), end, 3 * PAGE)).isEqualTo(StatusCode.PRP_OFFSET_INVALID);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 4, 7})
    void aListPointerThatIsNotAtAQwordIsInvalid(long offset) {
        assertThat(resolve(page(1), page(9) + offset, 3 * PAGE)).isEqualTo(StatusCode.PRP_OFFSET_INVALID);
    }

    @Test
    void anEntryOfAListWithAnOffsetIsInvalid() {
        list(page(9), page(3), page(4) + 8);
        assertThat(resolve(page(1), page(9), 3 * PAGE)).isEqualTo(StatusCode.PRP_OFFSET_INVALID);

        long end = page(10) - 8;
        list(end, page(20) + 8);
        assertThat(resolve(page(1), end, 3 * PAGE)).isEqualTo(StatusCode.PRP_OFFSET_INVALID);
    }

    @Test
    void aChainThatLeadsBackToItselfEndsWithTheTransfer() {
        for (int i = 0; i < 512; i++) {
            list(page(20) + i * 8L, page(20));
        }
        assertThat(resolve(page(1), page(20), 600L * PAGE)).isEqualTo(StatusCode.SUCCESS);
        assertThat(buffer.totalBytes()).isEqualTo(600L * PAGE);
    }

    @Test
    void memoryThatIsNotMappedIsADataTransferError() {
        list(page(9), page(3), 0x7000_0000_0000L);
        assertThat(resolve(0, 0, 512)).isEqualTo(StatusCode.DATA_TRANSFER_ERROR);
        assertThat(resolve(-4096, 0, 4096)).isEqualTo(StatusCode.DATA_TRANSFER_ERROR);
        assertThat(resolve(page(1), -4096, 8192)).isEqualTo(StatusCode.DATA_TRANSFER_ERROR);
        assertThat(resolve(page(1), page(9), 3 * PAGE)).isEqualTo(StatusCode.DATA_TRANSFER_ERROR);
        assertThat(resolve(page(1), 0x7000_0000_0000L, 3 * PAGE)).isEqualTo(StatusCode.DATA_TRANSFER_ERROR);
        assertThat(resolve(page(1024) - PAGE, page(1024), 8192)).isEqualTo(StatusCode.DATA_TRANSFER_ERROR);
    }

    @Test
    void readOnlyMemoryIsRefusedForWhatWouldWriteIntoIt() {
        assertThat(resolve(0x1000, 0x2000, 8192)).isEqualTo(StatusCode.DATA_TRANSFER_ERROR);
        assertThat(walk.resolve(table, 0x1000, 0x2000, 8192, 12, Direction.FROM_GUEST, buffer))
                .isEqualTo(StatusCode.SUCCESS);
        assertThat(walk.resolve(table, page(1), 0x1000, 3 * PAGE, 12, Direction.FROM_GUEST, buffer))
                .as("a list may lie in read-only memory; its zeroes are no valid pages")
                .isEqualTo(StatusCode.DATA_TRANSFER_ERROR);
    }

    @Test
    void aBufferMayCrossFromOneRegionIntoTheNext() {
        MemorySegment high = Arena.ofAuto().allocate(0x4000, PAGE);
        MemorySegment low = Arena.ofAuto().allocate(0x1800, PAGE);
        RegionTable two = RegionTable.of(List.of(GuestRegion.of(0x10_0000, low), GuestRegion.of(0x10_1800, high)));

        assertThat(walk.resolve(two, 0x10_1000, 0x10_2000, 8192, 12, Direction.TO_GUEST, buffer))
                .isEqualTo(StatusCode.SUCCESS);
        assertThat(pieces()).containsExactly("1000+800", "0+1800");
        assertThat(walk.resolve(two, 0x10_5000, 0x10_6000, 8192, 12, Direction.TO_GUEST, buffer))
                .isEqualTo(StatusCode.DATA_TRANSFER_ERROR);
    }

    @Test
    void largerMemoryPagesTakeFewerPointers() {
        assertThat(walk.resolve(table, IOVA + 0x1_0200, IOVA + 0x3_0000, 0x1_0000, 16, Direction.TO_GUEST, buffer))
                .isEqualTo(StatusCode.SUCCESS);
        assertThat(pieces()).containsExactly("10200+fe00", "30000+200");
        assertThat(walk.resolve(table, IOVA, IOVA + 0x1000, 0x2_0000, 16, Direction.TO_GUEST, buffer))
                .isEqualTo(StatusCode.PRP_OFFSET_INVALID);
    }

    @Test
    void whatWasWrittenIsMarkedInItsRegion() {
        resolve(page(1) + 0xE00, page(5), 4096);
        assertThat(dirty).isEmpty();

        buffer.markDirty();
        assertThat(dirty).containsExactly("1e00+200", "5000+e00");
    }
}
