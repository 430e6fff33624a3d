package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.memory.Direction;
import io.vfiouser.nvme.memory.GuestRegion;
import io.vfiouser.nvme.memory.RegionTable;
import java.lang.foreign.MemorySegment;

/**
 * Where a queue's entries are, or other things that guest and device share for long: guest address and, while that is mapped, the
 * memory. It lies within one region, since all is addressed by one base.
 */
final class QueueRing {
    private static final GuestRegion NOWHERE =
            GuestRegion.of(0, MemorySegment.ofArray(new byte[1]).asReadOnly());

    private final long base;
    private final long lengthBytes;
    private final Direction direction;
    private GuestRegion region = NOWHERE;
    private long offset;
    private boolean present;
    private int lookups;

    QueueRing(long base, long lengthBytes, Direction direction) {
        this.base = base;
        this.lengthBytes = lengthBytes;
        this.direction = direction;
    }

    /** Finds the memory anew after the table has changed. Returns whether it is there. */
    boolean map(RegionTable table) {
        lookups++;
        int index = table.find(base, lengthBytes, direction, 0);
        present = index >= 0;
        region = present ? table.region(index) : NOWHERE;
        offset = present ? base - table.start(index) : 0;
        return present;
    }

    boolean mapped() {
        return present;
    }

    /** How often the memory was looked for. What is known of its content holds for one lookup. */
    int lookups() {
        return lookups;
    }

    MemorySegment segment() {
        return region.segment();
    }

    /** Offset of the first entry in {@link #segment()}. */
    long offset() {
        return offset;
    }

    long base() {
        return base;
    }

    /** Marks bytes of the ring, counted from its start, as written. */
    void markDirty(long from, long bytes) {
        region.dirty().markDirty(offset + from, bytes);
    }
}
