package io.vfiouser.nvme.driver;

import io.vfiouser.client.RegionInfo;
import io.vfiouser.client.SparseArea;
import io.vfiouser.client.VfioUserClient;
import io.vfiouser.nvme.spec.ControllerRegisters;
import io.vfiouser.os.Mapping;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** BAR0 of one server: the client that reaches it, and its doorbells where the server lets them be mapped. */
final class BarAttachment implements AutoCloseable {

    static final int BAR0 = 0;
    /** Admin queue pair only: the least a controller has. */
    private static final long SMALLEST_BYTES = ControllerRegisters.DOORBELLS + 8L;

    final VfioUserClient client;
    final long lengthBytes;
    /** The doorbells in shared memory. */
    final @Nullable MemorySegment mapped;
    /** Where in BAR0 they begin. */
    final long mappedFrom;

    private final @Nullable Mapping mapping;

    BarAttachment(VfioUserClient client) {
        this.client = client;
        RegionInfo region = client.regionInfo(BAR0);
        lengthBytes = region.lengthBytes();
        if (lengthBytes < SMALLEST_BYTES) {
            throw new NvmeProtocolException("BAR0 has " + lengthBytes
                    + " bytes: the device is no NVMe controller, whose doorbells begin at 1000h");
        }
        Optional<SparseArea> area = doorbellArea(region);
        if (area.isPresent()) {
            mapping = client.mapRegion(BAR0, area.get());
            mapped = mapping.segment();
            mappedFrom = area.get().offset();
        } else {
            mapping = null;
            mapped = null;
            mappedFrom = 0;
        }
    }

    private static Optional<SparseArea> doorbellArea(RegionInfo region) {
        return region.areas().stream()
                .filter(area -> area.offset() <= ControllerRegisters.DOORBELLS
                        && area.offset() + area.lengthBytes() > ControllerRegisters.DOORBELLS)
                .findFirst();
    }

    /** Unmaps the doorbells: a store to them throws from now on. The client stays open. */
    @Override
    public void close() {
        if (mapping != null) {
            mapping.close();
        }
    }
}
