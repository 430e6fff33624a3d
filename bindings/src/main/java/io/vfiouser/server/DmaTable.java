package io.vfiouser.server;

import io.vfiouser.abi.DmaInfo;
import io.vfiouser.abi.NativeCalls;
import io.vfiouser.os.Protection;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The DMA regions of a context. Changed by the context's thread in the library's callbacks, read by any thread. None overlaps
 * another. A guest may have tens of thousands: nothing here looks at all of them because one comes or goes.
 */
final class DmaTable {
    private static final Logger LOG = LoggerFactory.getLogger(DmaTable.class);
    /** What the dirty marks of all regions may take of the heap: a client that maps terabytes of nothing does not get to fill it. */
    private static final long DIRTY_MAP_BYTES = 64L << 20;

    private static final int PROT_WRITE = Protection.WRITE.bits();

    private final DmaListener listener;
    private final CallbackGuard guard;
    private final boolean migratable;
    /** By first address. */
    private final ConcurrentNavigableMap<Long, DmaRegion> regions = new ConcurrentSkipListMap<>(Long::compareUnsigned);

    private long generation;
    /** What the dirty marks take. */
    private long dirtyMapBytes;

    DmaTable(DmaListener listener, CallbackGuard guard, boolean migratable) {
        this.listener = listener;
        this.guard = guard;
        this.migratable = migratable;
    }

    /** The regions at this moment. */
    List<DmaRegion> regions() {
        return List.copyOf(regions.values());
    }

    /** Changes with every region that goes: scatter-gather entries made before are invalid. */
    long generation() {
        return generation;
    }

    /** The region that contains an address. */
    Optional<DmaRegion> containing(long iova) {
        return Optional.ofNullable(regions.floorEntry(iova))
                .map(Map.Entry::getValue)
                .filter(region -> Long.compareUnsigned(iova - region.iova(), region.lengthBytes()) < 0);
    }

    /** The library's register callback. */
    void register(MemorySegment info) {
        guard.run("DMA register", () -> {
            DmaInfo dma = DmaInfo.copyOf(info);
            boolean wraps = Long.compareUnsigned(dma.iova() + dma.lengthBytes() - 1, dma.iova()) < 0;
            if (dma.lengthBytes() <= 0 || wraps) {
                LOG.warn("a client mapped a DMA region that is empty or wraps, which stays unused: {}", dma);
                return;
            }
            if (find(dma).isPresent()) {
                // A client may map the very same region again; the library keeps the mapping and calls once more.
                return;
            }
            if (overlaps(dma)) {
                LOG.warn("a client mapped a DMA region over another one, which stays unused: {}", dma);
                return;
            }
            DmaRegion region = regionOf(dma);
            regions.put(region.iova(), region);
            dirtyMapBytes += region.dirtyMapBytes();
            listener.registered(region);
        });
    }

    /** The library's unregister callback: the memory is unmapped when it returns. */
    void unregister(MemorySegment info) {
        guard.run(
                "DMA unregister",
                () -> find(DmaInfo.copyOf(info)).ifPresent(region -> {
                    generation++;
                    regions.remove(region.iova());
                    dirtyMapBytes -= region.dirtyMapBytes();
                    try {
                        listener.unregistered(region);
                    } finally {
                        region.close();
                    }
                }));
    }

    /** The library refuses what overlaps, unless the client has confused its search with a region that wraps. */
    private boolean overlaps(DmaInfo dma) {
        Map.Entry<Long, DmaRegion> last = regions.floorEntry(dma.iova() + (dma.lengthBytes() - 1));
        return last != null
                && Long.compareUnsigned(last.getKey() + (last.getValue().lengthBytes() - 1), dma.iova()) >= 0;
    }

    private Optional<DmaRegion> find(DmaInfo dma) {
        return Optional.ofNullable(regions.get(dma.iova()))
                .filter(region -> region.covers(dma.iova(), dma.lengthBytes()));
    }

    private DmaRegion regionOf(DmaInfo dma) {
        Protection protection = Protection.ofBits(dma.protection());
        // Memory that was mapped without any permission faults on every access: it is as good as not mapped.
        return dma.isMapped() && protection != Protection.NONE
                ? DmaRegion.mapped(
                        dma.iova(),
                        dma.lengthBytes(),
                        protection,
                        dma.pageSizeBytes(),
                        MemorySegment.ofAddress(dma.address()),
                        migratable && protection.writable() ? Optional.of(dirtyPages(dma)) : Optional.empty())
                : DmaRegion.unmapped(dma.iova(), dma.lengthBytes(), protection);
    }

    /** As fine as what is left of the memory for it allows; half of that is kept for regions to come. */
    private DirtyPages dirtyPages(DmaInfo dma) {
        return new DirtyPages(dma.lengthBytes(), (DIRTY_MAP_BYTES - dirtyMapBytes) / 2);
    }

    /**
     * Moves the dirty marks of all regions into the library, which drops them if no log is on. The context's thread, also inside
     * callbacks. Only mapped regions have marks: the library asserts that it has a bitmap for what it marks.
     */
    void flushDirty(NativeCalls calls, MemorySegment context, MemorySegment entry) {
        if (!migratable) {
            return;
        }
        for (DmaRegion region : regions.values()) {
            boolean ignored = region.drainDirty((offset, length) -> {
                int count = calls.addrToSgl(context, region.iova() + offset, length, entry, 1, PROT_WRITE);
                if (count == 1) {
                    calls.sglMarkDirty(context, entry, 1);
                } else {
                    LOG.error("cannot mark {} bytes at offset {} of {} dirty: {}", length, offset, region, count);
                }
            });
        }
    }

    /** Room for one scatter-gather entry. */
    static MemorySegment entry(NativeCalls calls, Arena arena) {
        return arena.allocate(calls.dmaSgSize(), Long.BYTES);
    }
}
