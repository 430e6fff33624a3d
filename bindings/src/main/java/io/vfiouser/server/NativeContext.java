package io.vfiouser.server;

import io.vfiouser.abi.IoVec;
import io.vfiouser.abi.NativeCalls;
import io.vfiouser.abi.VfuConstants;
import io.vfiouser.os.Errno;
import io.vfiouser.os.ErrnoException;
import io.vfiouser.os.Fd;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * One {@code vfu_ctx_t}, from its creation to its destruction: sets up what a {@link DeviceSpec} says, with callbacks that exist
 * already. A {@link DeviceContext} may go through several of them.
 */
final class NativeContext {
    private static final int REVISION_OFFSET = 0x08;
    private static final String[] IRQ_TYPE_NAMES = {"INTx", "MSI", "MSI-X", "ERR", "REQ"};

    private final DeviceSpec spec;
    private final NativeCalls calls;
    private final MemorySegment pointer;
    private final MemorySegment configSpace;
    private final Arena life;

    /** Where the capabilities lie that the library serves by itself: their first bytes and lengths. Those never change. */
    private final NavigableMap<Long, Long> capabilities = new TreeMap<>();

    @SuppressWarnings("MustBeClosedChecker") // closed by destroy(), which ends the configuration space's life
    private NativeContext(DeviceSpec spec, DeviceCallbacks callbacks, Path socket) {
        this.spec = spec;
        this.calls = spec.library().calls();
        this.life = Arena.ofShared();
        try {
            this.pointer = calls.createCtx(
                    VfuConstants.TRANSPORT_SOCKET,
                    socket.toString(),
                    VfuConstants.FLAG_ATTACH_NON_BLOCKING,
                    spec.privateData(),
                    VfuConstants.DEVICE_TYPE_PCI);
        } catch (RuntimeException | Error e) {
            life.close();
            throw e;
        }
        try (Arena temporary = Arena.ofConfined()) {
            check("set up the log", calls.setupLog(pointer, callbacks.log(), callbacks.logLevel()));
            this.configSpace = identify();
            setUpRegions(callbacks, temporary);
            setUpInterrupts(callbacks);
            setUpMemoryAndState(callbacks);
            for (CapabilityPlacement placement : spec.capabilities()) {
                addCapability(placement);
            }
            spec.ioEventFds().forEach(this::createIoEventFd);
            check("realize the context", calls.realizeCtx(pointer));
        } catch (RuntimeException | Error e) {
            destroy();
            throw e;
        }
    }

    /**
     * Makes a context, which listens when this returns.
     *
     * @throws ErrnoException if the library refuses something; nothing is left behind then
     */
    static NativeContext create(DeviceSpec spec, DeviceCallbacks callbacks, Path socket) {
        return new NativeContext(spec, callbacks, socket);
    }

    private MemorySegment identify() {
        PciIdentity id = spec.identity();
        check("set up PCI", calls.pciInit(pointer, spec.pciType().code(), 0, id.revision()));
        calls.pciSetId(pointer, id.vendorId(), id.deviceId(), id.subsystemVendorId(), id.subsystemId());
        PciClass type = id.classCode();
        calls.pciSetClass(pointer, type.base(), type.sub(), type.programmingInterface());
        MemorySegment space =
                bounded(calls.pciGetConfigSpace(pointer), spec.pciType().configSpaceBytes());
        // The library takes the revision and forgets it.
        space.set(ValueLayout.JAVA_BYTE, REVISION_OFFSET, (byte) id.revision());
        return space;
    }

    @SuppressWarnings("restricted") // the length follows from the PCI type; the library allocated that much
    private MemorySegment bounded(MemorySegment address, long lengthBytes) {
        return address.reinterpret(lengthBytes, life, null);
    }

    private void setUpRegions(DeviceCallbacks callbacks, Arena temporary) {
        for (RegionIndex index : RegionIndex.values()) {
            RegionSpec region = spec.regions().get(index);
            if (region == null) {
                continue;
            }
            long size = index == RegionIndex.CONFIG ? spec.pciType().configSpaceBytes() : region.sizeBytes();
            int flags = region.flags().stream().mapToInt(RegionFlag::bit).reduce(0, (a, b) -> a | b);
            List<SparseArea> areas = region.areas();
            MemorySegment vectors = MemorySegment.NULL;
            if (!areas.isEmpty()) {
                vectors = IoVec.allocate(temporary, areas.size());
                for (int i = 0; i < areas.size(); i++) {
                    IoVec.set(vectors, i, areas.get(i).offset(), areas.get(i).lengthBytes());
                }
            }
            check(
                    "set up region " + index,
                    calls.setupRegion(
                            pointer,
                            index.index(),
                            size,
                            callbacks.region(index),
                            flags,
                            vectors,
                            areas.size(),
                            region.file().map(Fd::value).orElse(-1),
                            region.fileOffset()));
        }
    }

    private void setUpInterrupts(DeviceCallbacks callbacks) {
        for (IrqType type : IrqType.values()) {
            int count = spec.interrupts().getOrDefault(type, 0);
            String name = IRQ_TYPE_NAMES[type.index()];
            check("set up " + name, calls.setupDeviceNrIrqs(pointer, type.index(), count));
            if (count > 0 && type.raisable()) {
                check(
                        "listen for " + name,
                        calls.setupIrqStateCallback(pointer, type.index(), callbacks.irqState(type)));
            }
        }
    }

    private void setUpMemoryAndState(DeviceCallbacks callbacks) {
        calls.setupDeviceQuiesceCb(pointer, callbacks.quiesce());
        check("set up reset", calls.setupDeviceResetCb(pointer, callbacks.reset()));
        if (spec.usesDma()) {
            check(
                    "set up DMA",
                    calls.setupDeviceDma(
                            pointer, spec.maxDmaRegions(), callbacks.dmaRegister(), callbacks.dmaUnregister()));
        }
        if (spec.migration().isPresent()) {
            long registers = 0;
            if (calls.level().migrationVersion() == 1) {
                registers = calls.getMigrRegisterAreaSize();
                check(
                        "set up the migration region",
                        calls.setupRegion(
                                pointer,
                                VfuConstants.REGION_MIGRATION,
                                registers + spec.migrationWindowBytes(),
                                MemorySegment.NULL,
                                VfuConstants.REGION_FLAG_READ | VfuConstants.REGION_FLAG_WRITE,
                                MemorySegment.NULL,
                                0,
                                -1,
                                0));
            }
            check("set up migration", calls.setupDeviceMigrationCallbacks(pointer, callbacks.migration(), registers));
        }
    }

    MemorySegment pointer() {
        return pointer;
    }

    MemorySegment configSpace() {
        return configSpace;
    }

    MemorySegment privateData() {
        return calls.getPrivate(pointer);
    }

    int addCapability(CapabilityPlacement placement) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment data = arena.allocateFrom(
                    ValueLayout.JAVA_BYTE, placement.capability().encode());
            int offset = (int) check(
                    "add " + placement.capability(),
                    calls.pciAddCapability(pointer, placement.position(), placement.flagBits(), data));
            if (!placement.flags().contains(CapabilityFlag.CALLBACK)) {
                capabilities.put((long) offset, data.byteSize());
            }
            return offset;
        }
    }

    /**
     * Whether a write of configuration space begins in a capability and ends behind it. The library copies all of it to where it keeps
     * that capability.
     */
    boolean crossesCapability(long offset, long lengthBytes) {
        RegionSpec config = spec.regions().get(RegionIndex.CONFIG);
        if (config != null && config.flags().contains(RegionFlag.ALWAYS_CALLBACK)) {
            return false;
        }
        Map.Entry<Long, Long> capability = capabilities.floorEntry(offset);
        return capability != null
                && offset < capability.getKey() + capability.getValue()
                && lengthBytes > capability.getKey() + capability.getValue() - offset;
    }

    OptionalInt findCapability(boolean extended, int id) {
        if (extended && !hasExtendedSpace()) {
            return OptionalInt.empty();
        }
        return offset("find capability", calls.pciFindCapability(pointer, extended, id));
    }

    OptionalInt findNextCapability(boolean extended, int after, int id) {
        Objects.checkFromIndexSize(after, Integer.BYTES, (int) configSpace.byteSize());
        // At the end of the extended list the library goes on at offset 0 and takes the identity for a capability.
        if (extended && (!hasExtendedSpace() || extendedNext(after) == 0)) {
            return OptionalInt.empty();
        }
        return offset("find next capability", calls.pciFindNextCapability(pointer, extended, after, id));
    }

    private boolean hasExtendedSpace() {
        return spec.pciType().configSpaceBytes() > PciType.CONVENTIONAL.configSpaceBytes();
    }

    private long extendedNext(int offset) {
        return CapabilityHeader.EXTENDED_NEXT.get(
                configSpace.asSlice(offset, Integer.BYTES).toArray(ValueLayout.JAVA_BYTE));
    }

    private static OptionalInt offset(String operation, long result) {
        return result == -Errno.ENOENT ? OptionalInt.empty() : OptionalInt.of((int) check(operation, result));
    }

    void createIoEventFd(IoEventFd io) {
        check(
                "create an ioeventfd in " + io.region(),
                calls.createIoeventfd(
                        pointer,
                        io.region().index(),
                        io.fd().value(),
                        io.offset(),
                        io.sizeBytes(),
                        io.flags(),
                        io.dataMatch(),
                        io.shadow().map(shadow -> shadow.fd().value()).orElse(-1),
                        io.shadow().map(IoEventFd.Shadow::offset).orElse(0L)));
    }

    /** Ends the context: regions are unregistered and the device is reset inside. */
    void destroy() {
        calls.destroyCtx(pointer);
        life.close();
    }

    /** Hands on what a function returned, or throws what its error number says. */
    static long check(String operation, long result) {
        if (result < 0) {
            throw new ErrnoException("libvfio-user: " + operation, (int) -result);
        }
        return result;
    }
}
