package io.vfiouser.server;

import io.vfiouser.abi.VfioUserLibrary;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Everything a {@link DeviceContextBuilder} collected; immutable, so that a context can be made anew from it. */
record DeviceSpec(
        Path socket,
        VfioUserLibrary library,
        PciType pciType,
        PciIdentity identity,
        List<CapabilityPlacement> capabilities,
        Map<RegionIndex, RegionSpec> regions,
        List<IoEventFd> ioEventFds,
        Map<IrqType, Integer> interrupts,
        Map<IrqType, IrqStateListener> irqListeners,
        Optional<DmaListener> dma,
        int maxDmaRegions,
        QuiesceHandler quiesce,
        ResetHandler reset,
        Optional<MigrationHandler> migration,
        long migrationWindowBytes,
        MemorySegment privateData,
        Duration clientTimeout) {
    DeviceSpec {
        capabilities = List.copyOf(capabilities);
        regions = Map.copyOf(regions);
        ioEventFds = List.copyOf(ioEventFds);
        interrupts = Map.copyOf(interrupts);
        irqListeners = Map.copyOf(irqListeners);
    }

    /** Vectors that can be raised: the largest number of any kind, since all kinds share them. */
    int vectors() {
        return interrupts.entrySet().stream()
                .filter(entry -> entry.getKey().raisable())
                .mapToInt(Map.Entry::getValue)
                .max()
                .orElse(0);
    }

    /** Whether guest memory is shared at all; dirty logging asserts that it is. */
    boolean usesDma() {
        return dma.isPresent() || migration.isPresent();
    }
}
