package io.vfiouser.nvme.memory;

/**
 * Looks at the regions of commands that are executed next, of a guest with so many regions that none is in a near cache. One after the other each
 * command would wait several times: for the index, the region's entry, its segment, and whether that is alive. Looked at
 * together they arrive together.
 *
 * <p>What is read here decides nothing. Poller's thread; allocates nothing.
 */
public final class UpcomingRegions {
    /** Regions that are in a near cache anyway. */
    private static final int FEW = 512;

    private static final Class<?> NO_MARKER = DirtyMarker.NONE.getClass();

    private final long[] addresses;
    private int count;
    /** Nobody reads it; without it the loads that fill it would not be made at all. */
    @SuppressWarnings("UnusedVariable")
    private long loaded;

    /** For so many commands at a time. */
    public UpcomingRegions(int most) {
        addresses = new long[most];
    }

    /** Whether it is worth while. */
    public static boolean helpWith(RegionTable table) {
        return table.size() > FEW;
    }

    /** Forgets the commands. */
    public void clear() {
        count = 0;
    }

    /** Where a command, the next one, has its data. */
    public void add(long iova) {
        addresses[count++] = iova;
    }

    /** Looks. */
    public void lookAt(RegionTable table) {
        long sum = 0;
        for (int i = 0; i < count; i++) {
            int region = table.guess(addresses[i]);
            sum += table.start(region);
            sum += table.segment(region).scope().isAlive() ? 1 : 0;
            sum += table.marker(region).getClass() == NO_MARKER ? 1 : 0;
        }
        loaded = sum;
    }
}
