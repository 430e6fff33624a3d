package io.vfiouser.mover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.vfiouser.os.ErrnoException;
import io.vfiouser.os.Mapping;
import io.vfiouser.os.OpenFds;
import io.vfiouser.os.Protection;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Guest memory keeps its addresses while its content moves to another memory, page by page as reported. */
class GuestMemoryTest {
    private static final int PAGE = GuestRegion.PAGE_BYTES;
    private static final GuestRegion LOW = new GuestRegion(0x1000, 4 * PAGE, Protection.READ_WRITE);
    private static final GuestRegion HIGH = new GuestRegion(0x10_0000, 200 * PAGE, Protection.READ);

    private static List<String> copied(MemoryMove move, int pieceBytes) {
        List<String> pieces = new ArrayList<>();
        move.copyPending(
                pieceBytes,
                (region, offset, source) -> pieces.add(region + ":" + offset / PAGE + "+" + source.byteSize() / PAGE),
                length -> {});
        return pieces;
    }

    @Test
    void segmentsStayValidWhileTheMemoryBehindThemChanges() {
        Map<Integer, String> before = OpenFds.now();
        try (GuestMemory memory = GuestMemory.create(List.of(LOW, HIGH))) {
            MemorySegment segment = memory.at(0x10_0000 + PAGE, PAGE);
            segment.set(ValueLayout.JAVA_LONG, 0, 7);
            MemoryFiles other = new MemoryFiles(memory.regions(), "other");
            MemoryFiles former;
            try (MemoryView view = MemoryView.createToBeTaken(memory.regions(), other)) {
                view.segment(1).set(ValueLayout.JAVA_LONG, PAGE, 8);
                former = memory.replaceFiles(other, view);
                assertThat(segment.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(8);
                assertThat(view.segment(1).get(ValueLayout.JAVA_LONG, PAGE)).isEqualTo(7);
            }
            try (Mapping old = former.file(1).map(Protection.READ)) {
                assertThat(old.segment().get(ValueLayout.JAVA_LONG, PAGE)).isEqualTo(7);
            }
            former.close();
        }
        assertThat(OpenFds.newSince(before)).isEmpty();
    }

    @Test
    void onlyMarkedPagesAreCopied() {
        try (GuestMemory memory = GuestMemory.create(List.of(LOW, HIGH))) {
            memory.markWritten(0x1000, PAGE);
            MemoryMove move = memory.beginMove();
            memory.markWritten(0x10_0000 + 63 * PAGE + 4095, 2);
            memory.markWritten(0x1000 + 3 * PAGE, PAGE);
            memory.markWritten(0x1000, 0);
            move.addGuest();
            assertThat(move.pendingPages()).isEqualTo(3);
            assertThat(copied(move, 1 << 20)).containsExactly("0:3+1", "1:63+2");
            move.addGuest();
            assertThat(copied(move, 1 << 20)).isEmpty();
            move.close();
            memory.markWritten(0x1000, PAGE);
        }
    }

    @Test
    void everythingIsCopiedInPieces() {
        try (GuestMemory memory = GuestMemory.create(List.of(LOW, HIGH))) {
            MemoryMove move = memory.beginMove();
            move.everything();
            assertThat(copied(move, 100 * PAGE)).containsExactly("0:0+4", "1:0+100", "1:100+100");
            move.close();
        }
    }

    @Test
    void aPieceThatWasNotCopiedStaysToBeCopied() {
        try (GuestMemory memory = GuestMemory.create(List.of(LOW))) {
            MemoryMove move = memory.beginMove();
            move.everything();
            assertThatIllegalStateException()
                    .isThrownBy(() -> move.copyPending(
                            2 * PAGE,
                            (region, offset, source) -> {
                                if (offset > 0) {
                                    throw new IllegalStateException("broken");
                                }
                            },
                            length -> {}));
            assertThat(copied(move, 1 << 20)).containsExactly("0:2+2");
            move.close();
        }
    }

    @Test
    void reportsInOtherPageSizesCoverTheSameBytes() {
        BitSet reported = BitSet.valueOf(new long[] {0b101});
        BitSet pages = new BitSet();
        MemoryMove.add(pages, HIGH, reported, 16 << 10);
        assertThat(pages.stream()).containsExactly(0, 1, 2, 3, 8, 9, 10, 11);
        pages.clear();
        MemoryMove.add(pages, HIGH, BitSet.valueOf(new long[] {0b1001_0000}), 1 << 10);
        assertThat(pages.stream()).containsExactly(1);
        pages.clear();
        MemoryMove.add(pages, LOW, reported, 1 << 20);
        assertThat(pages.stream()).containsExactly(0, 1, 2, 3);
    }

    @Test
    void theSizeOfTheFilesIsSealed() {
        MemoryFiles files = new MemoryFiles(List.of(LOW), "sealed");
        assertThatExceptionOfType(ErrnoException.class)
                .isThrownBy(() -> files.file(0).resize(PAGE));
        files.close();
    }

    @Test
    void whatIsNoMemoryIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new GuestRegion(0, 100, Protection.READ));
        assertThatIllegalArgumentException().isThrownBy(() -> new GuestRegion(5, PAGE, Protection.READ));
        assertThatIllegalArgumentException().isThrownBy(() -> new GuestRegion(-PAGE, 2 * PAGE, Protection.READ));
        assertThatIllegalArgumentException().isThrownBy(() -> new GuestRegion(0, PAGE, Protection.NONE));
        assertThatIllegalArgumentException().isThrownBy(() -> GuestMemory.create(List.of()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> GuestMemory.create(List.of(LOW, new GuestRegion(0x4000, PAGE, Protection.READ))))
                .withMessageContaining("overlaps");
        try (GuestMemory memory = GuestMemory.create(List.of(LOW))) {
            assertThatIllegalArgumentException().isThrownBy(() -> memory.at(0x1000, 5 * PAGE));
            assertThatIllegalArgumentException().isThrownBy(() -> memory.at(0, 1));
            MemoryMove move = memory.beginMove();
            assertThatIllegalStateException().isThrownBy(memory::beginMove);
            assertThatIllegalArgumentException().isThrownBy(() -> memory.markWritten(0, 1));
            move.close();
        }
    }
}
