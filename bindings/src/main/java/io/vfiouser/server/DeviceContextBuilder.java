package io.vfiouser.server;

import io.vfiouser.abi.AbiLevel;
import io.vfiouser.abi.VfioUserLibrary;
import io.vfiouser.os.ErrnoException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Describes a device; {@link #build} makes its context, which listens from then on. Used by one thread. */
public final class DeviceContextBuilder {
    /** Regions of guest memory that a device takes unless told otherwise. */
    public static final int DEFAULT_MAX_DMA_REGIONS = 256;

    private static final long DEFAULT_WINDOW_BYTES = 1 << 20;
    private static final Duration DEFAULT_CLIENT_TIMEOUT = Duration.ofSeconds(5);

    private final Path socket;
    private final List<CapabilityPlacement> capabilities = new ArrayList<>();
    private final Map<RegionIndex, RegionSpec> regions = new EnumMap<>(RegionIndex.class);
    private final List<IoEventFd> ioEventFds = new ArrayList<>();
    private final Map<IrqType, Integer> interrupts = new EnumMap<>(IrqType.class);
    private final Map<IrqType, IrqStateListener> irqListeners = new EnumMap<>(IrqType.class);
    private Optional<VfioUserLibrary> library = Optional.empty();
    private PciType pciType = PciType.CONVENTIONAL;
    private PciIdentity identity = PciIdentity.of(0, 0, PciClass.OTHER);
    private Optional<DmaListener> dma = Optional.empty();
    private int maxDmaRegions = DEFAULT_MAX_DMA_REGIONS;
    private QuiesceHandler quiesce = new AlwaysQuiet();
    private ResetHandler reset = reason -> {};
    private Optional<MigrationHandler> migration = Optional.empty();
    private long migrationWindowBytes = DEFAULT_WINDOW_BYTES;
    private MemorySegment privateData = MemorySegment.NULL;
    private Duration clientTimeout = DEFAULT_CLIENT_TIMEOUT;

    DeviceContextBuilder(Path socket) {
        this.socket = socket;
    }

    /** Which libvfio-user to use; by default {@link VfioUserLibrary#load()}. */
    public DeviceContextBuilder library(VfioUserLibrary value) {
        library = Optional.of(value);
        return this;
    }

    /** Who the device is. */
    public DeviceContextBuilder pci(PciIdentity who, PciType type) {
        identity = who;
        pciType = type;
        return this;
    }

    /** Adds a capability at the next free place of configuration space. */
    public DeviceContextBuilder capability(PciCapability capability, CapabilityFlag... flags) {
        return capabilityAt(0, capability, flags);
    }

    /** Adds a capability at an offset of configuration space; a multiple of 4, 0 for the next free place. */
    public DeviceContextBuilder capabilityAt(int position, PciCapability capability, CapabilityFlag... flags) {
        capabilities.add(new CapabilityPlacement(capability, position, Set.of(flags)));
        return this;
    }

    /** Describes a region; those not described have length 0. The size of the configuration space follows from the PCI type. */
    public DeviceContextBuilder region(RegionIndex index, RegionSpec spec) {
        regions.put(index, spec);
        return this;
    }

    /** Adds an event descriptor to a region. */
    public DeviceContextBuilder ioEventFd(IoEventFd ioEventFd) {
        ioEventFds.add(ioEventFd);
        return this;
    }

    /** Announces interrupts of a kind. */
    public DeviceContextBuilder interrupts(IrqType type, int count) {
        int most = switch (type) {
            case MSI -> 32;
            case MSIX -> 2048;
            case INTX, ERR, REQ -> 1;
        };
        if (count < 0 || count > most) {
            throw new IllegalArgumentException(type + " has 0 to " + most + " interrupts, not " + count);
        }
        interrupts.put(type, count);
        return this;
    }

    /** Announces interrupts of a kind, with a listener for what clients mask. */
    public DeviceContextBuilder interrupts(IrqType type, int count, IrqStateListener listener) {
        irqListeners.put(type, listener);
        return interrupts(type, count);
    }

    /** The device uses guest memory, in up to {@value #DEFAULT_MAX_DMA_REGIONS} regions (16 at level 0.1, 64 at 0.2a: compiled into the library). */
    public DeviceContextBuilder dma(DmaListener listener) {
        return dma(listener, DEFAULT_MAX_DMA_REGIONS);
    }

    /** The device uses guest memory, in up to so many regions; the limit counts from level 0.2b on. */
    public DeviceContextBuilder dma(DmaListener listener, int maxRegions) {
        if (maxRegions <= 0) {
            throw new IllegalArgumentException("no DMA regions: " + maxRegions);
        }
        dma = Optional.of(listener);
        maxDmaRegions = maxRegions;
        return this;
    }

    /** Who pauses the device. Without one it counts as paused whenever a callback runs. */
    public DeviceContextBuilder quiesce(QuiesceHandler handler) {
        quiesce = handler;
        return this;
    }

    /** Who resets the device. */
    public DeviceContextBuilder reset(ResetHandler handler) {
        reset = handler;
        return this;
    }

    /** The device can be migrated. */
    public DeviceContextBuilder migration(MigrationHandler handler) {
        migration = Optional.of(handler);
        return this;
    }

    /**
     * At level 0.1, how much data goes through the migration region at a time; 1 MiB by default.
     *
     * @param bytes a multiple of the page size
     */
    public DeviceContextBuilder migrationWindow(long bytes) {
        if (bytes <= 0) {
            throw new IllegalArgumentException("no window of " + bytes + " bytes");
        }
        migrationWindowBytes = bytes;
        return this;
    }

    /** A pointer for native code that gets hold of the context; {@link DeviceContext#privateData} returns it. */
    public DeviceContextBuilder privateData(MemorySegment pointer) {
        privateData = pointer;
        return this;
    }

    /** How long a client may stall in the middle of a message, in negotiation too, before it is disconnected; 5 s by default. */
    public DeviceContextBuilder clientTimeout(Duration longest) {
        clientTimeout = longest;
        return this;
    }

    /**
     * Makes the context. Clients can connect when this returns, and are served once {@link DeviceContext#attach} and
     * {@link DeviceContext#run} are called, for instance by a {@link ContextRunner}.
     *
     * @throws IllegalStateException if another server answers on the socket, or the level of the library lacks something that was
     *     asked for
     * @throws ErrnoException if the library refuses something
     */
    public DeviceContext build() {
        VfioUserLibrary loaded = library.orElseGet(VfioUserLibrary::load);
        if (loaded.level() == AbiLevel.V0_1
                && (interrupts.getOrDefault(IrqType.ERR, 0) > 0 || interrupts.getOrDefault(IrqType.REQ, 0) > 0)) {
            throw new IllegalStateException(
                    "ERR and REQ interrupts overwrite vector 0 at level 0.1; announce none, or use a newer libvfio-user");
        }
        return new DeviceContext(new DeviceSpec(
                socket,
                loaded,
                pciType,
                identity,
                capabilities,
                regions,
                ioEventFds,
                interrupts,
                irqListeners,
                dma,
                maxDmaRegions,
                quiesce,
                reset,
                migration,
                migrationWindowBytes,
                privateData,
                clientTimeout));
    }

    /** For devices that do nothing outside callbacks. */
    private static final class AlwaysQuiet implements QuiesceHandler {
        @Override
        public Quiesce quiesce() {
            return Quiesce.DONE;
        }

        @Override
        public void resumed() {}
    }
}
