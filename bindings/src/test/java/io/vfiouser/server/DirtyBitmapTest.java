package io.vfiouser.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class DirtyBitmapTest {
    private static final long PAGE = DirtyBitmap.PAGE_BYTES;

    private record Range(long offset, long lengthBytes) {}

    private static List<Range> drain(DirtyBitmap bitmap) {
        List<Range> ranges = new ArrayList<>();
        bitmap.drain((offset, length) -> ranges.add(new Range(offset, length)));
        return ranges;
    }

    @Test
    void aMarkCoversEveryPageItTouchesAndOnlyThose() {
        DirtyBitmap bitmap = new DirtyBitmap(1 << 20);
        bitmap.mark(PAGE - 1, 2);
        bitmap.mark(10 * PAGE, 1);
        assertThat(drain(bitmap)).containsExactly(new Range(0, 2 * PAGE), new Range(10 * PAGE, PAGE));
        assertThat(drain(bitmap)).isEmpty();
    }

    @Test
    void runsGoOnAcrossWordsAndAreClippedAtTheEnd() {
        long length = 200 * PAGE + 100;
        DirtyBitmap bitmap = new DirtyBitmap(length);
        bitmap.mark(60 * PAGE, 141 * PAGE);
        assertThat(drain(bitmap)).containsExactly(new Range(60 * PAGE, length - 60 * PAGE));
        bitmap.mark(0, length);
        assertThat(drain(bitmap)).containsExactly(new Range(0, length));
    }

    @Test
    void anEmptyRangeMarksNothing() {
        DirtyBitmap bitmap = new DirtyBitmap(PAGE);
        bitmap.mark(0, 0);
        assertThat(bitmap.drain((offset, length) -> {})).isFalse();
    }

    @Test
    void randomMarksComeOutAsTheSetTheyMake() {
        Random random = new Random(7);
        for (int round = 0; round < 200; round++) {
            int pages = 1 + random.nextInt(400);
            DirtyBitmap bitmap = new DirtyBitmap(pages * PAGE);
            BitSet expected = new BitSet();
            for (int i = random.nextInt(12); i > 0; i--) {
                int first = random.nextInt(pages);
                int count = 1 + random.nextInt(pages - first);
                bitmap.mark(first * PAGE, count * PAGE);
                expected.set(first, first + count);
            }
            BitSet actual = new BitSet();
            for (Range range : drain(bitmap)) {
                actual.set((int) (range.offset() / PAGE), (int) ((range.offset() + range.lengthBytes()) / PAGE));
            }
            assertThat(actual).isEqualTo(expected);
        }
    }

    @Test
    void noMarkIsLostBetweenMarkersAndTheDrain() throws InterruptedException {
        int pages = 256;
        DirtyBitmap bitmap = new DirtyBitmap(pages * PAGE);
        long[] marked = new long[pages];
        long[] seen = new long[pages];
        AtomicBoolean done = new AtomicBoolean();
        Thread marker = new Thread(() -> {
            Random random = new Random(3);
            for (int i = 0; i < 200_000; i++) {
                int page = random.nextInt(pages);
                marked[page]++;
                bitmap.mark(page * PAGE, 1);
            }
            done.set(true);
        });
        marker.start();
        boolean last;
        do {
            last = done.get();
            bitmap.drain((offset, length) -> {
                for (long page = offset / PAGE; page < (offset + length) / PAGE; page++) {
                    seen[(int) page] = marked[(int) page];
                }
            });
        } while (!last);
        marker.join();
        assertThat(seen).isEqualTo(marked);
    }
}
