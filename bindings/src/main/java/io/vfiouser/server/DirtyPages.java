package io.vfiouser.server;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * Which pages of one DMA region were written by the device: set by any number of poller threads, drained by the context's thread,
 * which tells the library.
 *
 * <p>There is a byte for each page, not a bit. A byte is set by a store; a bit takes an atomic read-modify-write, for which the processor
 * waits until everything that was stored before has reached the cache: the data, and completions in lines that the host is polling. Another byte for each
 * {@value #CHUNK_PAGES} pages spares the drain a look at all of them. It lies in the same array: of a guest with thousands of small regions, each
 * object that leads to a mark is one more that is in no near cache.
 *
 * <p><b>No mark is lost.</b> A poller stores the data, then the page's byte, then the chunk's byte, in this order for everybody (release). The drain
 * clears the chunk's byte, passes a full fence, clears the pages' bytes, passes a full fence, and hands the pages on. A page's byte that is set too late for
 * the drain is followed by the chunk's byte, which stays for the next. One that is set while it is cleared either stays, or was there before; then
 * the data were there before the fence, and whoever copies the page afterwards has them.
 *
 * <p>Granularity is {@value #PAGE_BYTES} bytes whatever the client's log uses, so that a page is never missed; more if the map
 * would take more memory than it may.
 */
final class DirtyPages implements DirtyMarks {
    static final int PAGE_BYTES = 4096;
    /** Pages of a chunk. */
    static final int CHUNK_PAGES = 4096;

    private static final int PAGE_SHIFT = Integer.numberOfTrailingZeros(PAGE_BYTES);
    private static final int CHUNK_SHIFT = Integer.numberOfTrailingZeros(CHUNK_PAGES);
    private static final byte SET = 1;
    private static final byte CLEAR = 0;
    private static final long NO_RUN = -1;
    private static final long[] NONE_TAKEN = {};
    private static final VarHandle MARK = MethodHandles.arrayElementVarHandle(byte[].class);
    private static final VarHandle EIGHT_MARKS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private final long lengthBytes;
    private final int shift;
    /** By page, some more, since eight are looked at at a time, and from {@link #firstChunk} on by chunk. */
    private final byte[] marks;

    private final int firstChunk;
    private final int chunkCount;
    /** The pages of a chunk that the drain has taken, as bits; the first drain that finds a mark makes it. */
    private long[] taken = NONE_TAKEN;

    /** Receives runs of dirty pages as byte ranges within the region. */
    @FunctionalInterface
    interface RangeConsumer {
        void accept(long offset, long lengthBytes);
    }

    /** A map of a region, which takes {@code maximumBytes} bytes of memory at most, or {@value Long#BYTES} if that is too few. */
    DirtyPages(long lengthBytes, long maximumBytes) {
        int pageShift = PAGE_SHIFT;
        while (pageShift < Long.SIZE - 2 && pages(lengthBytes, pageShift) > Math.max(maximumBytes, Long.BYTES)) {
            pageShift++;
        }
        int count = Math.toIntExact(pages(lengthBytes, pageShift));
        this.lengthBytes = lengthBytes;
        this.shift = pageShift;
        this.firstChunk = Math.ceilDiv(count, Long.BYTES) * Long.BYTES;
        this.chunkCount = Math.ceilDiv(count, CHUNK_PAGES);
        this.marks = new byte[firstChunk + chunkCount];
    }

    private static long pages(long lengthBytes, int pageShift) {
        return ((lengthBytes - 1) >>> pageShift) + 1;
    }

    /** What the map takes of the heap, about. */
    long sizeBytes() {
        return firstChunk;
    }

    @Override
    public void mark(long offset, long length) {
        Objects.checkFromIndexSize(offset, length, lengthBytes);
        if (length == 0) {
            return;
        }
        int first = (int) (offset >>> shift);
        int last = (int) ((offset + length - 1) >>> shift);
        for (int page = first; page <= last; page++) {
            MARK.setRelease(marks, page, SET);
        }
        for (int chunk = first >>> CHUNK_SHIFT; chunk <= last >>> CHUNK_SHIFT; chunk++) {
            MARK.setRelease(marks, firstChunk + chunk, SET);
        }
    }

    /**
     * Takes all marks and hands them on as ranges, in order, each clipped to the region. The context's thread only.
     *
     * @return whether there were any
     */
    boolean drain(RangeConsumer consumer) {
        boolean any = false;
        long runStart = NO_RUN;
        for (int chunk = 0; chunk < chunkCount; chunk++) {
            if ((byte) MARK.getOpaque(marks, firstChunk + chunk) == CLEAR) {
                runStart = endRun(consumer, runStart, (long) chunk << CHUNK_SHIFT);
                continue;
            }
            MARK.setOpaque(marks, firstChunk + chunk, CLEAR);
            VarHandle.fullFence();
            if (taken.length == 0) {
                taken = new long[Math.ceilDiv(Math.min(firstChunk, CHUNK_PAGES), Long.SIZE)];
            }
            any |= take(chunk << CHUNK_SHIFT);
            VarHandle.fullFence();
            runStart = handOn(consumer, runStart, (long) chunk << CHUNK_SHIFT);
        }
        long ignored = endRun(consumer, runStart, (long) chunkCount << CHUNK_SHIFT);
        return any;
    }

    /** Moves the marks of a chunk into {@link #taken}. Returns whether there were any. */
    private boolean take(int firstPage) {
        long any = 0;
        for (int word = 0; word < taken.length; word++) {
            long bits = 0;
            int base = firstPage + word * Long.SIZE;
            int end = Math.min(base + Long.SIZE, firstChunk);
            for (int page = base; page < end; page += Long.BYTES) {
                if ((long) EIGHT_MARKS.get(marks, page) != 0) {
                    bits |= takeEight(page) << (page - base);
                }
            }
            taken[word] = bits;
            any |= bits;
        }
        return any != 0;
    }

    private long takeEight(int firstPage) {
        long bits = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            if ((byte) MARK.getOpaque(marks, firstPage + i) != CLEAR) {
                MARK.setOpaque(marks, firstPage + i, CLEAR);
                bits |= 1L << i;
            }
        }
        return bits;
    }

    /** Hands on what was {@link #taken}. Returns where a run began that may go on in the next chunk. */
    private long handOn(RangeConsumer consumer, long openRun, long firstPage) {
        long runStart = openRun;
        for (int word = 0; word < taken.length; word++) {
            long bits = taken[word];
            long base = firstPage + (long) word * Long.SIZE;
            // Where a run ends or begins, the bit differs from the one before it.
            long borders = bits ^ (bits << 1 | (runStart == NO_RUN ? 0 : 1));
            while (borders != 0) {
                long page = base + Long.numberOfTrailingZeros(borders);
                borders &= borders - 1;
                runStart = runStart == NO_RUN ? page : endRun(consumer, runStart, page);
            }
        }
        return runStart;
    }

    /** Hands a run on, if there is one, and returns that there is none. */
    private long endRun(RangeConsumer consumer, long runStart, long endPage) {
        if (runStart != NO_RUN) {
            long offset = runStart << shift;
            consumer.accept(offset, Math.min(endPage << shift, lengthBytes) - offset);
        }
        return NO_RUN;
    }
}
