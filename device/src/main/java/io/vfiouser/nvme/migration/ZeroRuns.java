package io.vfiouser.nvme.migration;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Finds what of some memory is zero. */
final class ZeroRuns {
    /** Shorter runs are not worth a frame. */
    static final int SHORTEST_BYTES = 4096;

    /** Receives the parts, one behind the other. */
    interface Visitor {
        void run(boolean zero, long offset, long length);
    }

    private ZeroRuns() {}

    /** Names runs of zero and of other units, by turns. A shorter unit at the end is one, too. */
    static void forEach(MemorySegment memory, int unitBytes, Visitor visitor) {
        long size = memory.byteSize();
        long from = 0;
        boolean zero = isZero(memory, 0, Math.min(unitBytes, size));
        for (long at = unitBytes; at < size; at += unitBytes) {
            boolean next = isZero(memory, at, Math.min(unitBytes, size - at));
            if (next != zero) {
                visitor.run(zero, from, at - from);
                from = at;
                zero = next;
            }
        }
        visitor.run(zero, from, size - from);
    }

    private static boolean isZero(MemorySegment memory, long offset, long length) {
        for (long at = offset; at < offset + length; at += Long.BYTES) {
            if (memory.get(ValueLayout.JAVA_LONG_UNALIGNED, at) != 0) {
                return false;
            }
        }
        return true;
    }
}
