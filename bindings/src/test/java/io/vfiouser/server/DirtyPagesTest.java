package io.vfiouser.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class DirtyPagesTest {
    private static final long PAGE = DirtyPages.PAGE_BYTES;

    private static final long UNLIMITED = Long.MAX_VALUE;

    private record Range(long offset, long lengthBytes) {}

    private static List<Range> drain(DirtyPages map) {
        List<Range> ranges = new ArrayList<>();
        map.drain((offset, length) -> ranges.add(new Range(offset, length)));
        return ranges;
    }

    @Test
    void aMarkCoversEveryPageItTouchesAndOnlyThose() {
        DirtyPages map = new DirtyPages(1 << 20, UNLIMITED);
        map.mark(PAGE - 1, 2);
        map.mark(10 * PAGE, 1);
        assertThat(drain(map)).containsExactly(new Range(0, 2 * PAGE), new Range(10 * PAGE, PAGE));
        assertThat(drain(map)).isEmpty();
    }

    @Test
    void runsGoOnAcrossWordsAndAreClippedAtTheEnd() {
        long length = 200 * PAGE + 100;
        DirtyPages map = new DirtyPages(length, UNLIMITED);
        map.mark(60 * PAGE, length - 60 * PAGE);
        assertThat(drain(map)).containsExactly(new Range(60 * PAGE, length - 60 * PAGE));
        map.mark(0, length);
        assertThat(drain(map)).containsExactly(new Range(0, length));
    }

    @Test
    void runsGoOnAcrossChunksAndEndWhereTheNextIsClean() {
        long chunk = DirtyPages.CHUNK_PAGES * PAGE;
        DirtyPages map = new DirtyPages(4 * chunk, UNLIMITED);
        map.mark(chunk - PAGE, 2 * PAGE);
        map.mark(3 * chunk - PAGE, PAGE);
        assertThat(drain(map)).containsExactly(new Range(chunk - PAGE, 2 * PAGE), new Range(3 * chunk - PAGE, PAGE));
        map.mark(0, 4 * chunk);
        assertThat(drain(map)).containsExactly(new Range(0, 4 * chunk));
        assertThat(drain(map)).isEmpty();
    }

    @Test
    void aMapThatMayTakeLittleMemoryMarksMoreThanAPage() {
        long length = 1L << 40;
        DirtyPages map = new DirtyPages(length, 1 << 20);
        assertThat(map.sizeBytes()).isEqualTo(1 << 20);
        map.mark((1 << 20) + 5, 1);
        map.mark(length - 1, 1);
        assertThat(drain(map)).containsExactly(new Range(1 << 20, 1 << 20), new Range(length - (1 << 20), 1 << 20));
        DirtyPages least = new DirtyPages(Long.MAX_VALUE, 0);
        least.mark(Long.MAX_VALUE - 1, 1);
        assertThat(drain(least)).hasSize(1);
    }

    @Test
    void whatIsOutsideTheRegionIsRefused() {
        DirtyPages map = new DirtyPages(PAGE + 1, UNLIMITED);
        map.mark(PAGE, 1);
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> map.mark(PAGE, 2));
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> map.mark(-1, 1));
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> map.mark(0, -1));
        assertThat(drain(map)).containsExactly(new Range(PAGE, 1));
    }

    @Test
    void anEmptyRangeMarksNothing() {
        DirtyPages map = new DirtyPages(PAGE, UNLIMITED);
        map.mark(0, 0);
        assertThat(map.drain((offset, length) -> {})).isFalse();
    }

    @Test
    void randomMarksComeOutAsTheSetTheyMake() {
        Random random = new Random(7);
        for (int round = 0; round < 200; round++) {
            int pages = 1 + random.nextInt(round % 10 == 0 ? 20_000 : 400);
            DirtyPages map = new DirtyPages(pages * PAGE, UNLIMITED);
            BitSet expected = new BitSet();
            for (int i = random.nextInt(12); i > 0; i--) {
                int first = random.nextInt(pages);
                int count = 1 + random.nextInt(pages - first);
                map.mark(first * PAGE, count * PAGE);
                expected.set(first, first + count);
            }
            BitSet actual = new BitSet();
            for (Range range : drain(map)) {
                actual.set((int) (range.offset() / PAGE), (int) ((range.offset() + range.lengthBytes()) / PAGE));
            }
            assertThat(actual).isEqualTo(expected);
        }
    }

    /** Each page is marked once in a round, so that a mark that is lost is not made up for by a later one. */
    @Test
    void noMarkIsLostBetweenMarkersAndTheDrain() throws InterruptedException {
        int pages = 256;
        int rounds = 20_000;
        long apart = DirtyPages.CHUNK_PAGES / 64 * PAGE;
        DirtyPages map = new DirtyPages(pages * apart, UNLIMITED);
        int[] data = new int[pages];
        int[] seen = new int[pages];
        AtomicInteger marked = new AtomicInteger();
        AtomicInteger drained = new AtomicInteger();
        Thread marker = new Thread(() -> {
            Random random = new Random(3);
            for (int round = 1; round <= rounds; round++) {
                int first = random.nextInt(pages);
                int step = 1 + 2 * random.nextInt(pages / 2);
                for (int i = 0; i < pages; i++) {
                    int page = (first + i * step) % pages;
                    data[page] = round;
                    map.mark(page * apart, 1);
                }
                marked.set(round);
                while (drained.get() < round && !Thread.currentThread().isInterrupted()) {
                    Thread.onSpinWait();
                }
            }
        });
        marker.start();
        try {
            for (int round = 1; round <= rounds; round++) {
                boolean last;
                do {
                    last = marked.get() == round;
                    map.drain((offset, length) -> {
                        int page = (int) (offset / apart);
                        seen[page] = data[page];
                    });
                } while (!last);
                assertThat(seen).containsOnly(round);
                drained.set(round);
            }
        } finally {
            marker.interrupt();
            marker.join();
        }
    }
}
