package io.vfiouser.server;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Which pages of one DMA region were written by the device: set by any number of poller threads, drained by the context's thread,
 * which moves the bits into the library.
 *
 * <p>Granularity is {@value #PAGE_BYTES} bytes whatever the client's log uses, so that a page is never missed. Regions above 64 GiB
 * get a coarser one: a client that maps terabytes of nothing does not get to fill the heap with bitmaps.
 */
final class DirtyBitmap {
    static final int PAGE_BYTES = 4096;

    private static final int PAGE_SHIFT = 12;
    private static final int MAXIMUM_WORDS = 1 << 18;
    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);
    private static final VarHandle MARKED;

    static {
        try {
            MARKED = MethodHandles.lookup().findVarHandle(DirtyBitmap.class, "marked", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final long[] words;
    private final long lengthBytes;
    private final int shift;

    /** Whether any bit may be set; spares the drain a scan of clean regions. */
    @SuppressWarnings("unused") // through MARKED
    private boolean marked;

    /** Receives runs of dirty pages as byte ranges within the region. */
    @FunctionalInterface
    interface RangeConsumer {
        void accept(long offset, long lengthBytes);
    }

    DirtyBitmap(long lengthBytes) {
        int pageShift = PAGE_SHIFT;
        while (words(lengthBytes, pageShift) > MAXIMUM_WORDS) {
            pageShift++;
        }
        this.words = new long[(int) words(lengthBytes, pageShift)];
        this.lengthBytes = lengthBytes;
        this.shift = pageShift;
    }

    private static long words(long lengthBytes, int pageShift) {
        long pages = (lengthBytes + (1L << pageShift) - 1) >>> pageShift;
        return (pages + Long.SIZE - 1) / Long.SIZE;
    }

    /**
     * Marks the pages of a range. Any thread, after it wrote the data. Each word is set by an atomic read-modify-write, which
     * is a full fence too: whoever drains the bit sees the data, also if the bit was set before.
     */
    void mark(long offset, long length) {
        if (length <= 0) {
            return;
        }
        long firstPage = offset >>> shift;
        long lastPage = (offset + length - 1) >>> shift;
        int firstWord = (int) (firstPage >>> 6);
        int lastWord = (int) (lastPage >>> 6);
        long firstMask = -1L << firstPage;
        long lastMask = -1L >>> (Long.SIZE - 1 - (lastPage & 63));
        if (firstWord == lastWord) {
            set(firstWord, firstMask & lastMask);
        } else {
            set(firstWord, firstMask);
            for (int word = firstWord + 1; word < lastWord; word++) {
                set(word, -1L);
            }
            set(lastWord, lastMask);
        }
        if (!(boolean) MARKED.getVolatile(this)) {
            MARKED.setVolatile(this, true);
        }
    }

    private void set(int word, long mask) {
        long ignored = (long) WORD.getAndBitwiseOr(words, word, mask);
    }

    /**
     * Takes all marks and hands them on as ranges, in order, each clipped to the region. The context's thread only.
     *
     * @return whether there were any
     */
    boolean drain(RangeConsumer consumer) {
        // The flag goes down before the scan: a mark that is set meanwhile is found now, or raises the flag again. A
        // poller that
        // still saw the flag up set its bit before it looked, thus before this exchange.
        if (!(boolean) MARKED.getVolatile(this) || !(boolean) MARKED.getAndSet(this, false)) {
            return false;
        }
        boolean any = false;
        long runStart = -1;
        for (int word = 0; word < words.length; word++) {
            long bits = (long) WORD.getVolatile(words, word) == 0 ? 0 : (long) WORD.getAndSet(words, word, 0L);
            if (bits == 0 && runStart < 0) {
                continue;
            }
            any |= bits != 0;
            long base = (long) word << 6;
            int at = 0;
            while (at < Long.SIZE) {
                if (runStart < 0) {
                    int start = Long.numberOfTrailingZeros(bits >>> at);
                    if (at + start >= Long.SIZE) {
                        break;
                    }
                    at += start;
                    runStart = base + at;
                }
                int ones = Long.numberOfTrailingZeros(~(bits >>> at));
                if (at + ones >= Long.SIZE) {
                    // The run may go on in the next word (the shift brought in zeroes from above, hence the
                    // comparison).
                    break;
                }
                at += ones;
                emit(consumer, runStart, base + at);
                runStart = -1;
            }
        }
        if (runStart >= 0) {
            emit(consumer, runStart, (long) words.length << 6);
        }
        return any;
    }

    private void emit(RangeConsumer consumer, long firstPage, long endPage) {
        long offset = firstPage << shift;
        long end = Math.min(endPage << shift, lengthBytes);
        consumer.accept(offset, end - offset);
    }
}
