package io.vfiouser.nvme.block;

import java.lang.foreign.MemorySegment;

/**
 * Moves the bytes of a request's {@link SegmentList} from or to a device's memory, a part at a time, in their order. One thread; used again
 * and again.
 */
final class SegmentCursor {
    private SegmentList data = new SegmentList(1);
    private int piece;
    private long offset;
    private int markedPiece;
    private long markedOffset;

    /** Starts with the first byte of {@code list}. */
    void begin(SegmentList list) {
        data = list;
        piece = 0;
        offset = 0;
    }

    /** Notes the present place. */
    void mark() {
        markedPiece = piece;
        markedOffset = offset;
    }

    /** Goes back to the place that was noted last. */
    void rewind() {
        piece = markedPiece;
        offset = markedOffset;
    }

    /** Copies the next {@code length} bytes to {@code target} from {@code at} on. */
    void copyTo(MemorySegment target, long at, long length) {
        long done = 0;
        while (done < length) {
            long bytes = Math.min(length - done, data.length(piece) - offset);
            SegmentCopy.toDevice(data.segment(piece), data.offset(piece) + offset, target, at + done, bytes);
            done += bytes;
            advance(bytes);
        }
    }

    /** Fills the next {@code length} bytes from {@code source}, from {@code at} on. */
    void copyFrom(MemorySegment source, long at, long length) {
        long done = 0;
        while (done < length) {
            long bytes = Math.min(length - done, data.length(piece) - offset);
            SegmentCopy.fromDevice(source, at + done, data.segment(piece), data.offset(piece) + offset, bytes);
            done += bytes;
            advance(bytes);
        }
    }

    private void advance(long bytes) {
        offset += bytes;
        if (offset == data.length(piece)) {
            piece++;
            offset = 0;
        }
    }
}
