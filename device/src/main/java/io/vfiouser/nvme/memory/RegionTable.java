package io.vfiouser.nvme.memory;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * The DMA regions of one guest at one time: immutable, sorted by address, without overlaps. Any thread may use it; nothing here
 * allocates after construction.
 *
 * <p><b>The one check.</b> For each direction there is an array of lengths in which a region that must not be accessed that way has
 * length 0, so that a single comparison decides on range and direction. Addresses are unsigned; that differences are compared
 * signed is safe, since no region is longer than {@link Long#MAX_VALUE} and none wraps around.
 */
public final class RegionTable {
    /** No region holds the bytes, or it may not be accessed that way. */
    public static final int REFUSED = -1;

    /** The table of a guest that has mapped nothing. */
    public static final RegionTable EMPTY = new RegionTable(List.of());

    private final GuestRegion[] regions;
    private final long[] starts;
    private final long[] readableBytes;
    private final long[] writableBytes;
    private final AddressIndex index;

    private RegionTable(List<GuestRegion> sorted) {
        regions = sorted.toArray(new GuestRegion[0]);
        starts = new long[regions.length];
        readableBytes = new long[regions.length];
        writableBytes = new long[regions.length];
        for (int i = 0; i < regions.length; i++) {
            GuestRegion region = regions[i];
            starts[i] = region.iova();
            readableBytes[i] = region.readable() ? region.lengthBytes() : 0;
            writableBytes[i] = region.writable() ? region.lengthBytes() : 0;
            if (i > 0 && Long.compareUnsigned(starts[i - 1] + (regions[i - 1].lengthBytes() - 1), region.iova()) >= 0) {
                throw new IllegalArgumentException(
                        "regions at %x and %x overlap".formatted(starts[i - 1], region.iova()));
            }
        }
        index = new AddressIndex(starts);
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
        return starts[index];
    }

    /**
     * Finds the region that holds all of {@code [iova, iova + lengthBytes)} and may be accessed in this direction.
     *
     * @param lengthBytes at least 1
     * @param hint index of the region that is most likely the right one; any value will do
     * @return its index, or {@link #REFUSED}
     */
    public int find(long iova, long lengthBytes, Direction direction, int hint) {
        long[] lengths = direction == Direction.TO_GUEST ? writableBytes : readableBytes;
        if (hint >= 0 && hint < lengths.length && holds(lengths, hint, iova, lengthBytes)) {
            return hint;
        }
        int found = index.floor(iova);
        return found >= 0 && holds(lengths, found, iova, lengthBytes) ? found : REFUSED;
    }

    /**
     * How many bytes from {@code iova} on may be accessed in this direction within region {@code index}, which holds
     * {@code iova}.
     */
    long available(int index, long iova, Direction direction) {
        long[] lengths = direction == Direction.TO_GUEST ? writableBytes : readableBytes;
        return lengths[index] - (iova - starts[index]);
    }

    private boolean holds(long[] lengths, int index, long iova, long lengthBytes) {
        long offset = iova - starts[index];
        return offset >= 0 && offset <= lengths[index] - lengthBytes;
    }
}
