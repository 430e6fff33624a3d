package io.vfiouser.nvme.block;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * The memory of one request: pieces of {@link MemorySegment}s in the order in which their bytes follow one another in the
 * blocks. Pieces have any length above 0 and any alignment the device's {@link BlockCapabilities} allow; their borders need not be
 * those of blocks.
 *
 * <p>Reused: {@link #clear()} keeps the room, so that a list that has reached its working size allocates nothing. A piece that
 * starts where the one before it ended, in the same segment, is merged into it. Most lists have one piece; it is kept in fields, so that such a list
 * is one object and not four.
 *
 * <p>Owned by one thread at a time. From {@link BlockChannel#submit} until the request completes it belongs to the back end,
 * which may read it on threads of its own and does not change it.
 */
public final class SegmentList {
    private static final int DEFAULT_CAPACITY = 8;

    private int size;
    private long totalBytes;
    private long firstOffset;
    private long firstLength;
    private MemorySegment firstSegment = MemorySegment.NULL;
    /** Of all pieces but the first. */
    private MemorySegment[] segments;

    private long[] offsets;
    private long[] lengths;

    public SegmentList() {
        this(DEFAULT_CAPACITY);
    }

    /** A list with room for {@code capacity} pieces before it has to grow. */
    public SegmentList(int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("capacity " + capacity + " is below 1");
        }
        segments = new MemorySegment[capacity - 1];
        Arrays.fill(segments, MemorySegment.NULL);
        offsets = new long[capacity - 1];
        lengths = new long[capacity - 1];
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
        if (size > 0) {
            addAnother(segment, offsetBytes, lengthBytes);
            return;
        }
        if (!same(firstSegment, segment)) {
            firstSegment = segment;
        }
        firstOffset = offsetBytes;
        firstLength = lengthBytes;
        size = 1;
        totalBytes = lengthBytes;
    }

    private void addAnother(MemorySegment segment, long offsetBytes, long lengthBytes) {
        int last = size - 1;
        if (same(segment(last), segment) && offset(last) + length(last) == offsetBytes) {
            lengthen(last, lengthBytes);
        } else {
            if (last == segments.length) {
                grow();
            }
            segments[last] = segment;
            offsets[last] = offsetBytes;
            lengths[last] = lengthBytes;
            size++;
        }
        totalBytes += lengthBytes;
    }

    private void lengthen(int index, long lengthBytes) {
        if (index == 0) {
            firstLength += lengthBytes;
        } else {
            lengths[index - 1] += lengthBytes;
        }
    }

    /** The number of pieces. */
    public int size() {
        return size;
    }

    /** The segment that holds piece {@code index}. */
    public MemorySegment segment(int index) {
        return index == 0 ? firstSegment : segments[index - 1];
    }

    /** Where piece {@code index} starts in its segment, in bytes. */
    public long offset(int index) {
        return index == 0 ? firstOffset : offsets[index - 1];
    }

    /** The length of piece {@code index} in bytes. */
    public long length(int index) {
        return index == 0 ? firstLength : lengths[index - 1];
    }

    /** The native address of piece {@code index}: valid for system calls while the request is outstanding. */
    public long address(int index) {
        return segment(index).address() + offset(index);
    }

    /** The length of all pieces together in bytes. */
    public long totalBytes() {
        return size == 0 ? 0 : totalBytes;
    }

    /** Forgets all pieces, and the segments too, so that a reused list keeps no unmapped memory's owner alive. */
    public void clear() {
        firstSegment = MemorySegment.NULL;
        Arrays.fill(segments, MemorySegment.NULL);
        rewind();
    }

    /**
     * Forgets all pieces, but may keep their segments: less work than {@link #clear} for a list whose pieces come from the same few segments again and
     * again. Whoever uses this clears the list when those are gone.
     */
    public void rewind() {
        size = 0;
    }

    /** Fills all pieces with the {@link #totalBytes()} bytes of {@code source} from {@code sourceOffset} on. */
    public void copyFrom(MemorySegment source, long sourceOffset) {
        long from = sourceOffset;
        for (int i = 0; i < size; i++) {
            long length = length(i);
            SegmentCopy.copy(source, from, segment(i), offset(i), length);
            from += length;
        }
    }

    /** Copies all pieces, one behind the other, to {@code target} from {@code targetOffset} on. */
    public void copyTo(MemorySegment target, long targetOffset) {
        long to = targetOffset;
        for (int i = 0; i < size; i++) {
            long length = length(i);
            SegmentCopy.copy(segment(i), offset(i), target, to, length);
            to += length;
        }
    }

    /** As {@link #copyFrom}, from a device's memory and while nobody unmaps either: see {@link SegmentCopy#fromDevice}. */
    void copyFromDevice(MemorySegment device, long deviceOffset) {
        long from = deviceOffset;
        for (int i = 0; i < size; i++) {
            long length = length(i);
            SegmentCopy.fromDevice(device, from, segment(i), offset(i), length);
            from += length;
        }
    }

    /** As {@link #copyTo}, to a device's memory and while nobody unmaps either: see {@link SegmentCopy#toDevice}. */
    void copyToDevice(MemorySegment device, long deviceOffset) {
        long to = deviceOffset;
        for (int i = 0; i < size; i++) {
            long length = length(i);
            SegmentCopy.toDevice(segment(i), offset(i), device, to, length);
            to += length;
        }
    }

    /** One region of memory has one segment object; an equal one costs a merge, not correctness. */
    // equals() would compare scopes and bounds for each piece of each command.
    @SuppressWarnings({"MemorySegmentReferenceEquality", "ReferenceEquality"})
    private static boolean same(MemorySegment a, MemorySegment b) {
        return a == b;
    }

    private void grow() {
        int before = segments.length;
        int capacity = before * 2 + 1;
        segments = Arrays.copyOf(segments, capacity);
        Arrays.fill(segments, before, capacity, MemorySegment.NULL);
        offsets = Arrays.copyOf(offsets, capacity);
        lengths = Arrays.copyOf(lengths, capacity);
    }

    private static IndexOutOfBoundsException outside(MemorySegment segment, long offset, long length) {
        return new IndexOutOfBoundsException(
                "[" + offset + ", +" + length + ") is no piece of a segment of " + segment.byteSize() + " bytes");
    }
}
