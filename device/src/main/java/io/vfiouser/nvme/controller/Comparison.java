package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.block.SegmentList;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * What a Compare works with: room for a piece of the blocks' content, and how far it got in the guest's memory. Used by one command at a
 * time.
 */
final class Comparison {
    /** The most that is read before it is compared. */
    static final int CHUNK_BYTES = 1 << 16;

    private static final int ALIGNMENT = 4096;
    private static final int EQUAL = -1;

    private final MemorySegment chunk = Arena.ofAuto().allocate(CHUNK_BYTES, ALIGNMENT);
    private final SegmentList expected = new SegmentList();
    private long doneBytes;
    private int piece;
    private long pieceDoneBytes;

    /** Takes over what the guest expects. */
    void begin(SegmentList memory) {
        expected.clear();
        for (int i = 0; i < memory.size(); i++) {
            expected.add(memory.segment(i), memory.offset(i), memory.length(i));
        }
        doneBytes = 0;
        piece = 0;
        pieceDoneBytes = 0;
    }

    /** Forgets the guest's memory. */
    void end() {
        expected.clear();
    }

    long doneBytes() {
        return doneBytes;
    }

    long leftBytes() {
        return expected.totalBytes() - doneBytes;
    }

    /** Where the next {@code lengthBytes} of the blocks' content go. */
    void describe(SegmentList into, long lengthBytes) {
        into.clear();
        into.add(chunk, 0, lengthBytes);
    }

    /**
     * Compares what was read with what the guest expects there, and goes on to what follows.
     *
     * @return the first byte that differs, counted from the command's first, or -1
     */
    long compare(long lengthBytes) {
        long at = 0;
        while (at < lengthBytes) {
            long length = Math.min(lengthBytes - at, expected.length(piece) - pieceDoneBytes);
            long from = expected.offset(piece) + pieceDoneBytes;
            long different =
                    MemorySegment.mismatch(expected.segment(piece), from, from + length, chunk, at, at + length);
            if (different != EQUAL) {
                return doneBytes + at + different;
            }
            at += length;
            pieceDoneBytes += length;
            if (pieceDoneBytes == expected.length(piece)) {
                piece++;
                pieceDoneBytes = 0;
            }
        }
        doneBytes += lengthBytes;
        return EQUAL;
    }
}
