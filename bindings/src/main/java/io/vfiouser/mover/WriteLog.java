package io.vfiouser.mover;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.BitSet;
import java.util.List;

/** The pages the guest says it has written. Any thread marks, one thread takes the marks; nobody waits. */
final class WriteLog {
    private static final VarHandle WORDS = MethodHandles.arrayElementVarHandle(long[].class);

    private final long[][] words;

    WriteLog(List<GuestRegion> regions) {
        words = new long[regions.size()][];
        for (int i = 0; i < words.length; i++) {
            words[i] = new long[Math.ceilDiv(regions.get(i).pages(), Long.SIZE)];
        }
    }

    /**
     * Marks pages. The exchange is a release: who takes the mark sees the stores that were made before. It has to be an exchange even if the
     * bit seems to be set, since a store could otherwise become visible after the page was copied.
     */
    void mark(int region, long offset, long lengthBytes) {
        long[] bits = words[region];
        int last = (int) ((offset + lengthBytes - 1) / GuestRegion.PAGE_BYTES);
        for (int page = (int) (offset / GuestRegion.PAGE_BYTES); page <= last; page++) {
            long ignored = (long) WORDS.getAndBitwiseOr(bits, page / Long.SIZE, 1L << page);
        }
    }

    /** Moves a region's marks into a set. */
    void take(int region, BitSet into) {
        long[] bits = words[region];
        for (int word = 0; word < bits.length; word++) {
            if ((long) WORDS.getOpaque(bits, word) == 0) {
                continue;
            }
            long taken = (long) WORDS.getAndSet(bits, word, 0L);
            for (long left = taken; left != 0; left &= left - 1) {
                into.set(word * Long.SIZE + Long.numberOfTrailingZeros(left));
            }
        }
    }
}
