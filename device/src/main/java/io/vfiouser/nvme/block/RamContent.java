package io.vfiouser.nvme.block;

import io.vfiouser.os.Mapping;
import io.vfiouser.os.PageSize;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The bytes of a RAM device, and which of them were ever written.
 *
 * <p>One bit stands for {@value #GRANULE_BYTES} bytes. A bit is set after the bytes were written and never taken back: to clear it
 * when a range is discarded, every write would need a full fence. Instead, whoever asks for extents looks into the written
 * granules and leaves out those that hold zeroes.
 */
final class RamContent {
    private static final int SHIFT = 16;

    static final int GRANULE_BYTES = 1 << SHIFT;

    /** From this length on, giving pages back is cheaper than filling them; and that many at a time make up a huge page. */
    static final long RELEASE_BYTES = 2L << 20;

    private static final MemorySegment ZEROES = Arena.global().allocate(GRANULE_BYTES);

    private final Mapping mapping;
    private final MemorySegment memory;
    private final AtomicLongArray written;

    RamContent(Mapping mapping) {
        this.mapping = mapping;
        this.memory = mapping.segment();
        long granules = ((mapping.lengthBytes() - 1) >>> SHIFT) + 1;
        this.written = new AtomicLongArray(Math.toIntExact(((granules - 1) >>> 6) + 1));
    }

    MemorySegment memory() {
        return memory;
    }

    /** Any thread, after the bytes were stored. */
    void markWritten(long start, long length) {
        long last = (start + length - 1) >>> SHIFT;
        for (long granule = start >>> SHIFT; granule <= last; granule++) {
            int word = (int) (granule >>> 6);
            long bit = 1L << granule;
            if ((written.getOpaque(word) & bit) == 0) {
                written.getAndAccumulate(word, bit, (a, b) -> a | b);
            }
        }
    }

    /** Zeroes a range; what was never written is zero already and stays untouched. Any thread. */
    void discard(long start, long length) {
        long end = start + length;
        long at = nextWritten(start, end);
        while (at < end) {
            long from = at;
            do {
                at = Math.min(end, nextGranule(at));
            } while (at < end && isWritten(at));
            zero(from, at - from);
            at = nextWritten(at, end);
        }
    }

    /** The first byte in [{@code start}, {@code end}) that may hold something else than zero, or {@code end}. */
    long nextWritten(long start, long end) {
        long at = start;
        while (at < end && !isWritten(at)) {
            at = Math.min(end, nextGranule(at));
        }
        return at;
    }

    /** Whether {@link #RELEASE_BYTES} bytes from {@code start} on are whole pages, end before {@code end}, and may go back to the system. */
    boolean isReleasable(long start, long end) {
        return mapping.pageSize() != PageSize.EXPLICIT_HUGE
                && (start & (RELEASE_BYTES - 1)) == 0
                && end - start >= RELEASE_BYTES;
    }

    private void zero(long from, long length) {
        if (length < RELEASE_BYTES || mapping.pageSize() == PageSize.EXPLICIT_HUGE) {
            fill(from, length);
            return;
        }
        // Whole granules are whole pages.
        long first = (from + GRANULE_BYTES - 1) & -GRANULE_BYTES;
        long end = (from + length) & -GRANULE_BYTES;
        fill(from, first - from);
        mapping.discard(first, end - first);
        fill(end, from + length - end);
    }

    /** By copies, since filling a slice would allocate the slice. */
    private void fill(long from, long length) {
        long at = from;
        long end = from + length;
        while (at < end) {
            long bytes = Math.min(end - at, GRANULE_BYTES);
            MemorySegment.copy(ZEROES, 0, memory, at, bytes);
            at += bytes;
        }
    }

    /** Names the ranges of bytes in which something else than zeroes may be, by whole granules cut at both ends. */
    void forEachExtent(long start, long end, ExtentVisitor visitor) {
        long at = start;
        while (at < end) {
            long from = at;
            while (at < end && holdsData(at, end)) {
                at = Math.min(end, nextGranule(at));
            }
            if (at > from && !visitor.extent(from, at - from)) {
                return;
            }
            while (at < end && !holdsData(at, end)) {
                at = Math.min(end, nextGranule(at));
            }
        }
    }

    private boolean holdsData(long at, long end) {
        if (!isWritten(at)) {
            return false;
        }
        long stop = Math.min(end, nextGranule(at));
        for (long i = at; i < stop; i += Long.BYTES) {
            if (memory.get(ValueLayout.JAVA_LONG_UNALIGNED, i) != 0) {
                return true;
            }
        }
        return false;
    }

    private boolean isWritten(long at) {
        long granule = at >>> SHIFT;
        return (written.getAcquire((int) (granule >>> 6)) & (1L << granule)) != 0;
    }

    private static long nextGranule(long at) {
        return ((at >>> SHIFT) + 1) << SHIFT;
    }
}
