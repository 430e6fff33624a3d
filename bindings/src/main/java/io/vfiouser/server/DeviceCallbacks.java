package io.vfiouser.server;

import io.vfiouser.abi.Upcalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;

/**
 * The stubs of one device, made once and used by every native context it goes through. They live in the device's arena, which is
 * closed after the last native context is gone.
 */
final class DeviceCallbacks {
    private final NativeLog nativeLog;
    private final MemorySegment log;
    private final MemorySegment quiesce;
    private final MemorySegment reset;
    private final MemorySegment dmaRegister;
    private final MemorySegment dmaUnregister;
    private final Map<RegionIndex, MemorySegment> regions = new EnumMap<>(RegionIndex.class);
    private final Map<IrqType, MemorySegment> irqStates = new EnumMap<>(IrqType.class);
    private final MemorySegment migration;

    DeviceCallbacks(
            DeviceSpec spec,
            Logger logger,
            CallbackGuard guard,
            LogLimit limit,
            InterruptGate gate,
            DmaTable dma,
            QuiesceProtocol quiesceProtocol,
            Upcalls.Reset onReset,
            Optional<MigrationAdapter> migration,
            Arena arena) {
        this.migration = migration.map(adapter -> adapter.callbacks(arena)).orElse(MemorySegment.NULL);
        nativeLog = new NativeLog(logger, spec.socket().toString(), gate::trying, limit);
        log = Upcalls.log(nativeLog, arena);
        quiesce = Upcalls.quiesce(quiesceProtocol::requested, arena);
        reset = Upcalls.reset(onReset, arena);
        dmaRegister = Upcalls.dma(dma::register, arena);
        dmaUnregister = Upcalls.dma(dma::unregister, arena);
        spec.regions()
                .forEach((index, region) -> region.access()
                        .ifPresent(access -> regions.put(
                                index, Upcalls.regionAccess(new RegionAdapter(index, access, limit), arena))));
        for (IrqType type : spec.interrupts().keySet()) {
            Optional<IrqStateListener> listener =
                    Optional.ofNullable(spec.irqListeners().get(type));
            Upcalls.IrqState target = (first, count, masked) -> guard.run("interrupt state", () -> {
                gate.mask(type, first, count, masked);
                listener.ifPresent(hears -> hears.changed(type, first, count, masked));
            });
            irqStates.put(type, Upcalls.irqState(target, arena));
        }
    }

    MemorySegment log() {
        return log;
    }

    int logLevel() {
        return nativeLog.enabledLevel();
    }

    MemorySegment quiesce() {
        return quiesce;
    }

    MemorySegment reset() {
        return reset;
    }

    MemorySegment dmaRegister() {
        return dmaRegister;
    }

    MemorySegment dmaUnregister() {
        return dmaUnregister;
    }

    /** NULL for a region without a handler. */
    MemorySegment region(RegionIndex index) {
        return regions.getOrDefault(index, MemorySegment.NULL);
    }

    MemorySegment irqState(IrqType type) {
        return irqStates.getOrDefault(type, MemorySegment.NULL);
    }

    /** The structure of migration callbacks; NULL for a device that cannot be migrated. */
    MemorySegment migration() {
        return migration;
    }
}
