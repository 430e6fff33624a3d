package io.vfiouser.nvme.memory;

import io.vfiouser.nvme.block.SegmentList;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The guest memory of one command: pieces in the order of the data, and where writes to them are recorded. Made once per command slot and used
 * again; neighbouring pieces are merged; a buffer that has reached its working size allocates nothing. Pieces of data that the guest
 * does not want lie in memory of this process and belong to no region.
 *
 * <p>Used by one thread at a time. The memory is the guest's: it may change at any time, and it is valid only as long as
 * the {@link RegionTable} that it was resolved with.
 */
public final class GuestBuffer {
    private static final int INITIAL_PIECES = 8;

    private final SegmentList segments = new SegmentList(INITIAL_PIECES);
    private int hint;
    /** Where writes to the first piece are recorded; null for memory of this process. */
    private @Nullable DirtyMarker firstMarker;
    /** Of all pieces but the first. */
    private @Nullable DirtyMarker[] markers = new DirtyMarker[INITIAL_PIECES - 1];

    /** The pieces, to be handed to a back end; changed only through this buffer. */
    public SegmentList segments() {
        return segments;
    }

    public long totalBytes() {
        return segments.totalBytes();
    }

    /** Forgets all pieces. */
    public void clear() {
        segments.rewind();
    }

    /** Forgets all pieces, and what belongs to the regions that they lay in: for when there is another {@link RegionTable}. */
    public void forgetRegions() {
        segments.clear();
        firstMarker = null;
        Arrays.fill(markers, null);
    }

    /**
     * Appends {@code [iova, iova + lengthBytes)}, in several pieces where it crosses from one region into the next.
     *
     * @param lengthBytes at least 1
     * @return whether all of it is mapped and may be accessed in this direction; if not, the buffer holds a part
     */
    public boolean append(RegionTable table, long iova, long lengthBytes, Direction direction) {
        int whole = table.find(iova, lengthBytes, direction, hint);
        if (whole >= 0) {
            if (hint != whole) {
                hint = whole;
            }
            add(table, whole, iova, lengthBytes);
            return true;
        }
        return appendAcross(table, iova, lengthBytes, direction);
    }

    /**
     * Appends {@code lengthBytes} bytes that the guest does not get: whatever is written there is lost. The area, which belongs to this
     * process and stays with the buffer until it is cleared, is used as often as it takes.
     *
     * @param lengthBytes 0 or more
     */
    void appendDiscarded(MemorySegment area, long lengthBytes) {
        long left = lengthBytes;
        while (left > 0) {
            long length = Math.min(left, area.byteSize());
            segments.add(area, 0, length);
            remember(null);
            left -= length;
        }
    }

    /** Records all pieces of guest memory as written by the device: after the data is there, before the guest is told. */
    public void markDirty() {
        for (int i = 0; i < segments.size(); i++) {
            DirtyMarker marker = i == 0 ? firstMarker : markers[i - 1];
            if (marker != null) {
                marker.markDirty(segments.offset(i), segments.length(i));
            }
        }
    }

    private boolean appendAcross(RegionTable table, long iova, long lengthBytes, Direction direction) {
        long at = iova;
        long left = lengthBytes;
        while (left > 0) {
            int index = table.find(at, 1, direction, hint);
            if (index < 0) {
                return false;
            }
            long length = Math.min(left, table.available(index, at, direction));
            add(table, index, at, length);
            hint = index;
            at += length;
            left -= length;
        }
        return true;
    }

    private void add(RegionTable table, int index, long iova, long lengthBytes) {
        segments.add(table.segment(index), iova - table.start(index), lengthBytes);
        remember(table.marker(index));
    }

    /** Keeps the marker of the piece that was added, or merged, last. */
    private void remember(@Nullable DirtyMarker marker) {
        int last = segments.size() - 1;
        if (last == 0) {
            firstMarker = marker;
            return;
        }
        if (last > markers.length) {
            markers = Arrays.copyOf(markers, 2 * markers.length + 1);
        }
        markers[last - 1] = marker;
    }
}
