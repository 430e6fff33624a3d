package io.vfiouser.nvme.memory;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * The DMA regions of one guest at one time: immutable, sorted by address, without overlaps. Any thread may use it; nothing here
 * allocates after construction.
 *
 * <p><b>The one check.</b> A region has a length for each direction, which is 0 if it must not be accessed that way,
 * so that a single comparison decides on range and direction. Addresses are unsigned; that differences are compared
 * signed is safe, since no region is longer than {@link Long#MAX_VALUE} and none wraps around.
 *
 * <p>What a command needs of its region lies in as few places as possible: of a guest that has given tens of thousands, none is in a near cache.
 */
public final class RegionTable {
    /** No region holds the bytes, or it may not be accessed that way. */
    public static final int REFUSED = -1;

    /** The table of a guest that has mapped nothing. */
    public static final RegionTable EMPTY = new RegionTable(List.of());

    // Of an entry, one for each region.
    private static final int START = 0;
    private static final int READABLE_BYTES = 1;
    private static final int WRITABLE_BYTES = 2;
    private static final int STRIDE = 3;

    private final GuestRegion[] regions;
    private final long[] entries;
    private final MemorySegment[] segments;
    private final DirtyMarker[] markers;
    private final AddressIndex index;

    private RegionTable(List<GuestRegion> sorted) {
        regions = sorted.toArray(new GuestRegion[0]);
        entries = new long[regions.length * STRIDE];
        segments = new MemorySegment[regions.length];
        markers = new DirtyMarker[regions.length];
        for (int i = 0; i < regions.length; i++) {
            GuestRegion region = regions[i];
            entries[i * STRIDE + START] = region.iova();
            entries[i * STRIDE + READABLE_BYTES] = region.readable() ? region.lengthBytes() : 0;
            entries[i * STRIDE + WRITABLE_BYTES] = region.writable() ? region.lengthBytes() : 0;
            segments[i] = region.segment();
            markers[i] = region.dirty();
            if (i > 0 && Long.compareUnsigned(regions[i - 1].lastIova(), region.iova()) >= 0) {
                throw new IllegalArgumentException(
                        "regions at %x and %x overlap".formatted(start(i - 1), region.iova()));
            }
        }
        index = new AddressIndex(entries, STRIDE);
    }

    /**
     * A table of these regions, in any order.
     *
     * @throws IllegalArgumentException if two overlap
     */
    public static RegionTable of(List<GuestRegion> regions) {
        GuestRegion[] sorted = regions.toArray(new GuestRegion[0]);
        Arrays.sort(sorted, Comparator.comparing(GuestRegion::iova, Long::compareUnsigned));
        return new RegionTable(Arrays.asList(sorted));
    }

    public int size() {
        return regions.length;
    }

    public GuestRegion region(int index) {
        return regions[index];
    }

    /** First guest address of a region. */
    public long start(int index) {
        return entries[index * STRIDE + START];
    }

    /** The memory of a region. */
    MemorySegment segment(int index) {
        return segments[index];
    }

    /** Where writes to a region are recorded. */
    DirtyMarker marker(int index) {
        return markers[index];
    }

    /**
     * Finds the region that holds all of {@code [iova, iova + lengthBytes)} and may be accessed in this direction.
     *
     * @param lengthBytes at least 1
     * @param hint index of the region that is most likely the right one; any value will do
     * @return its index, or {@link #REFUSED}
     */
    public int find(long iova, long lengthBytes, Direction direction, int hint) {
        int length = lengthField(direction);
        if (hint >= 0 && hint < regions.length && holds(hint, length, iova, lengthBytes)) {
            return hint;
        }
        int found = index.floor(iova);
        return found >= 0 && holds(found, length, iova, lengthBytes) ? found : REFUSED;
    }

    /** A region that may well hold an address; only of tables that are not empty. */
    int guess(long iova) {
        return index.guess(iova);
    }

    /**
     * How many bytes from {@code iova} on may be accessed in this direction within region {@code index}, which holds
     * {@code iova}.
     */
    long available(int index, long iova, Direction direction) {
        return entries[index * STRIDE + lengthField(direction)] - (iova - start(index));
    }

    private static int lengthField(Direction direction) {
        return direction == Direction.TO_GUEST ? WRITABLE_BYTES : READABLE_BYTES;
    }

    private boolean holds(int index, int lengthField, long iova, long lengthBytes) {
        long offset = iova - start(index);
        return offset >= 0 && offset <= entries[index * STRIDE + lengthField] - lengthBytes;
    }
}
