package io.vfiouser.nvme.memory;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The memory of one guest: its regions, and the {@link RegionTable} in which they are found. One thread adds and removes; any thread reads.
 *
 * <p>A table is published with release and read with acquire. That alone does not protect memory that is about to be unmapped: who
 * unmaps first stops all who may still use the old table.
 *
 * <p>A table is immutable, so that each change takes a new one. Whoever changes the regions makes it, as long as that is done in microseconds. A larger one is
 * made by the first who asks: of a guest that gives ten thousand regions before it enables the controller, there is one table and not ten thousand.
 */
public final class GuestMemory {
    /** Regions up to which the next table is made with each change. */
    static final int MADE_AT_ONCE = 1024;

    private static final VarHandle TABLE;

    static {
        try {
            TABLE = MethodHandles.lookup().findVarHandle(GuestMemory.class, "table", RegionTable.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** By first address; guarded by this. */
    private final NavigableMap<Long, GuestRegion> regions = new TreeMap<>(Long::compareUnsigned);

    @SuppressWarnings("FieldMayBeFinal") // written through TABLE
    private @Nullable RegionTable table = RegionTable.EMPTY;

    /** Makes the regions of a table the guest's, and no others. */
    public synchronized void publish(RegionTable next) {
        regions.clear();
        for (int i = 0; i < next.size(); i++) {
            regions.put(next.start(i), next.region(i));
        }
        TABLE.setRelease(this, next);
    }

    /**
     * Adds a region.
     *
     * @throws IllegalArgumentException if it overlaps one that is there
     */
    public synchronized void add(GuestRegion region) {
        Map.Entry<Long, GuestRegion> before = regions.floorEntry(region.lastIova());
        if (before != null && Long.compareUnsigned(before.getValue().lastIova(), region.iova()) >= 0) {
            throw new IllegalArgumentException(
                    "regions at %x and %x overlap".formatted(before.getKey(), region.iova()));
        }
        regions.put(region.iova(), region);
        changed();
    }

    /** Removes a region that was added. Nobody may be using its memory any more. */
    public synchronized void remove(GuestRegion region) {
        if (regions.remove(region.iova(), region)) {
            changed();
        }
    }

    private void changed() {
        TABLE.setRelease(this, regions.size() <= MADE_AT_ONCE ? tableOfAll() : null);
    }

    /** The current table: read once per pass, not per command. Allocates if it is a large one that nobody has asked for yet. */
    public RegionTable table() {
        RegionTable current = (RegionTable) TABLE.getAcquire(this);
        return current != null ? current : makeTable();
    }

    private synchronized RegionTable makeTable() {
        RegionTable current = table;
        if (current == null) {
            current = tableOfAll();
            TABLE.setRelease(this, current);
        }
        return current;
    }

    private RegionTable tableOfAll() {
        return RegionTable.of(new ArrayList<>(regions.values()));
    }
}
