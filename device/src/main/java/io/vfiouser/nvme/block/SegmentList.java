package io.vfiouser.nvme.block;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * The memory of one request: pieces of {@link MemorySegment}s in the order in which their bytes follow one another in the
 * blocks. Pieces have any length above 0 and any alignment the device's {@link BlockCapabilities} allow; their borders need not be
 * those of blocks.
 *
 * <p>Reused: {@link #clear()} keeps the room, so that a list that has reached its working size allocates nothing. A piece that
 * starts where the one before it ended, in the same segment, is merged into it.
 *
 * <p>Owned by one thread at a time. From {@link BlockChannel#submit} until the request completes it belongs to the back end,
 * which may read it on threads of its own and does not change it.
 */
public final class SegmentList {
    private static final int DEFAULT_CAPACITY = 8;

    private MemorySegment[] segments;
    private long[] offsets;
    private long[] lengths;
    private int size;
    private long totalBytes;

    public SegmentList() {
        this(DEFAULT_CAPACITY);
    }

    /** A list with room for {@code capacity} pieces before it has to grow. */
    public SegmentList(int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("capacity " + capacity + " is below 1");
        }
        segments = new MemorySegment[capacity];
        Arrays.fill(segments, MemorySegment.NULL);
        offsets = new long[capacity];
        lengths = new long[capacity];
    }

    /**
     * Appends {@code lengthBytes} bytes of {@code segment} from {@code offsetBytes} on.
     *
     * @throws IndexOutOfBoundsException if the piece is empty or does not lie inside the segment
     */
    public void add(MemorySegment segment, long offsetBytes, long lengthBytes) {
        if (offsetBytes < 0 || lengthBytes <= 0 || offsetBytes > segment.byteSize() - lengthBytes) {
            throw outside(segment, offsetBytes, lengthBytes);
        }
        int last = size - 1;
        if (last >= 0 && same(segments[last], segment) && offsets[last] + lengths[last] == offsetBytes) {
            lengths[last] += lengthBytes;
        } else {
            if (size == segments.length) {
                grow();
            }
            segments[size] = segment;
            offsets[size] = offsetBytes;
            lengths[size] = lengthBytes;
            size++;
        }
        totalBytes += lengthBytes;
    }

    /** The number of pieces. */
    public int size() {
        return size;
    }

    /** The segment that holds piece {@code index}. */
    public MemorySegment segment(int index) {
        return segments[index];
    }

    /** Where piece {@code index} starts in its segment, in bytes. */
    public long offset(int index) {
        return offsets[index];
    }

    /** The length of piece {@code index} in bytes. */
    public long length(int index) {
        return lengths[index];
    }

    /** The native address of piece {@code index}: valid for system calls while the request is outstanding. */
    public long address(int index) {
        return segments[index].address() + offsets[index];
    }

    /** The length of all pieces together in bytes. */
    public long totalBytes() {
        return totalBytes;
    }

    /** Forgets all pieces, and the segments too, so that a reused list keeps no unmapped memory's owner alive. */
    public void clear() {
        for (int i = 0; i < size; i++) {
            segments[i] = MemorySegment.NULL;
        }
        size = 0;
        totalBytes = 0;
    }

    /** Fills all pieces with the {@link #totalBytes()} bytes of {@code source} from {@code sourceOffset} on. */
    public void copyFrom(MemorySegment source, long sourceOffset) {
        long from = sourceOffset;
        for (int i = 0; i < size; i++) {
            MemorySegment.copy(source, from, segments[i], offsets[i], lengths[i]);
            from += lengths[i];
        }
    }

    /** Copies all pieces, one behind the other, to {@code target} from {@code targetOffset} on. */
    public void copyTo(MemorySegment target, long targetOffset) {
        long to = targetOffset;
        for (int i = 0; i < size; i++) {
            MemorySegment.copy(segments[i], offsets[i], target, to, lengths[i]);
            to += lengths[i];
        }
    }

    /** One region of memory has one segment object; an equal one costs a merge, not correctness. */
    // equals() would compare scopes and bounds for each piece of each command.
    @SuppressWarnings({"MemorySegmentReferenceEquality", "ReferenceEquality"})
    private static boolean same(MemorySegment a, MemorySegment b) {
        return a == b;
    }

    private void grow() {
        int capacity = segments.length * 2;
        segments = Arrays.copyOf(segments, capacity);
        Arrays.fill(segments, size, capacity, MemorySegment.NULL);
        offsets = Arrays.copyOf(offsets, capacity);
        lengths = Arrays.copyOf(lengths, capacity);
    }

    private static IndexOutOfBoundsException outside(MemorySegment segment, long offset, long length) {
        return new IndexOutOfBoundsException(
                "[" + offset + ", +" + length + ") is no piece of a segment of " + segment.byteSize() + " bytes");
    }
}
