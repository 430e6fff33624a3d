package io.vfiouser.benchmarks.device;

import io.vfiouser.nvme.memory.GuestRegion;
import io.vfiouser.os.Mapping;
import io.vfiouser.os.PageSize;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Guest memory of this process, on the largest pages to be had, which nobody else maps and whose writes nobody records. Its data may lie in
 * any number of regions of the same size, between which there are holes, so that no transfer across two of them is possible.
 */
public final class LocalGuestRam implements GuestRam {
    private static final long BASE = 0x1_0000_0000L;
    private static final long DATA_BASE = 0x100_0000_0000L;

    private final Mapping mapping;
    private final long queueBytes;
    private final long regionBytes;
    private final List<GuestRegion> regions = new ArrayList<>();

    private LocalGuestRam(long queueBytes, long dataBytes, int dataRegions) {
        this.mapping = Mapping.anonymous(queueBytes + dataBytes, PageSize.EXPLICIT_HUGE);
        this.queueBytes = queueBytes;
        this.regionBytes = dataBytes / dataRegions;
        mapping.populate();
        MemorySegment all = mapping.segment();
        if (dataRegions == 1) {
            regions.add(GuestRegion.of(BASE, all));
            return;
        }
        regions.add(GuestRegion.of(BASE, all.asSlice(0, queueBytes)));
        for (long i = 0; i < dataRegions; i++) {
            regions.add(GuestRegion.of(
                    DATA_BASE + 2 * i * regionBytes, all.asSlice(queueBytes + i * regionBytes, regionBytes)));
        }
    }

    /** One region of so many bytes. */
    public static LocalGuestRam ofSize(long lengthBytes) {
        return new LocalGuestRam(lengthBytes, 0, 1);
    }

    /**
     * As many regions of data as wanted, and one for the queues before them; if one is wanted, everything is in one.
     *
     * @param dataBytes a multiple of {@code dataRegions} whole pages
     */
    public static LocalGuestRam inRegions(long queueBytes, long dataBytes, int dataRegions) {
        return new LocalGuestRam(queueBytes, dataBytes, dataRegions);
    }

    @Override
    public MemorySegment guestView() {
        return mapping.segment();
    }

    @Override
    public long iova(long offset) {
        if (regions.size() == 1 || offset < queueBytes) {
            return BASE + offset;
        }
        long region = (offset - queueBytes) / regionBytes;
        return DATA_BASE + 2 * region * regionBytes + (offset - queueBytes) % regionBytes;
    }

    @Override
    public List<GuestRegion> regions() {
        return regions;
    }

    @Override
    public void close() {
        mapping.close();
    }
}
