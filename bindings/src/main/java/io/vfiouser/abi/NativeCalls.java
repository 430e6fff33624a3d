package io.vfiouser.abi;

import static io.vfiouser.abi.NativeFunction.*;

import io.vfiouser.os.Errno;
import io.vfiouser.os.ErrnoException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The functions of one loaded libvfio-user, one method each, named like the function without its prefix. Differences
 * between levels end here: arguments that a level lacks are dropped, or refused where dropping them would change the
 * meaning; each method says which.
 *
 * <p><b>Results</b> are kernel style: zero or more is the function's own result, less than zero is the negative error
 * number, captured right after the call.
 *
 * <p><b>Threads.</b> A context is single-threaded: every method that takes one needs the context's thread or external
 * exclusion, except {@link #sglMarkDirty} and {@link #sglPut}, which other threads may call while starting and stopping the
 * dirty log is kept away. This object itself has no state and may be shared by all threads.
 *
 * <p><b>Memory.</b> Segments are handed on as addresses; they must stay alive for as long as the function, or for callbacks
 * and scatter-gather lists the context, needs them. Pointers that come back are zero-length segments: reinterpret them. A
 * context must be one that {@link #createCtx} returned and that was not destroyed: the library asserts or crashes otherwise.
 */
public final class NativeCalls {
    private static final MemorySegment PERCENT_S = Arena.global().allocateFrom("%s");

    private final AbiLevel level;
    private final MemorySegment[] addresses;

    NativeCalls(AbiLevel level, NativeSymbols symbols) {
        this.level = level;
        this.addresses = symbols.addresses();
    }

    private MemorySegment at(NativeFunction function) {
        return addresses[function.index()];
    }

    /** Where a function lies, for tests that tell libraries apart. */
    long addressOf(NativeFunction function) {
        return at(function).address();
    }

    /** The level these functions are called at. */
    public AbiLevel level() {
        return level;
    }

    // Context

    /**
     * {@code vfu_create_ctx}: makes a context and listens on its socket.
     *
     * @param transport {@link VfuConstants#TRANSPORT_SOCKET}
     * @param path of the socket; at most 107 bytes; must not exist
     * @param flags {@link VfuConstants#FLAG_ATTACH_NON_BLOCKING} or 0
     * @param privateData an address for {@link #getPrivate}, or {@link MemorySegment#NULL}
     * @param deviceType {@link VfuConstants#DEVICE_TYPE_PCI}
     * @return the context, to be given to {@link #destroyCtx} once
     * @throws ErrnoException if there is none, with the library's error number
     */
    public MemorySegment createCtx(int transport, String path, int flags, MemorySegment privateData, int deviceType) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment context = Downcalls.pointerIPIPI(
                    at(VFU_CREATE_CTX), transport, arena.allocateFrom(path), flags, privateData, deviceType);
            if (context.address() == 0) {
                throw new ErrnoException(
                        "creating a vfio-user context at " + path, ErrnoCapture.errno(ErrnoCapture.current()));
            }
            return context;
        }
    }

    /** {@code vfu_realize_ctx}: ends the set-up. */
    public int realizeCtx(MemorySegment context) {
        return Downcalls.intP(at(VFU_REALIZE_CTX), context);
    }

    /**
     * {@code vfu_attach_ctx}: accepts a client and negotiates with it; this blocks until the client has sent its version.
     *
     * @return 0; {@code -EAGAIN} if none waits on a non-blocking context
     */
    public int attachCtx(MemorySegment context) {
        return Downcalls.intP(at(VFU_ATTACH_CTX), context);
    }

    /** {@code vfu_get_poll_fd}: the descriptor to wait on; it changes with every attach and loss of a client. */
    public int getPollFd(MemorySegment context) {
        return Downcalls.intP(at(VFU_GET_POLL_FD), context);
    }

    /**
     * {@code vfu_run_ctx}: serves what the client sent; callbacks run inside.
     *
     * @return the number of messages; {@code -ENOTCONN} when the client is gone; {@code -EBUSY} while a quiesce is pending
     */
    public int runCtx(MemorySegment context) {
        return Downcalls.intP(at(VFU_RUN_CTX), context);
    }

    /** {@code vfu_destroy_ctx}: ends the context; DMA unregister and reset callbacks run inside, quiesce does not. */
    public void destroyCtx(MemorySegment context) {
        Downcalls.voidP(at(VFU_DESTROY_CTX), context);
    }

    /** {@code vfu_get_private}: what {@link #createCtx} was given. */
    public MemorySegment getPrivate(MemorySegment context) {
        return Downcalls.pointerP(at(VFU_GET_PRIVATE), context);
    }

    /** {@code vfu_log}: sends a text through the context's own log, if its level lets it pass; cut at 8191 bytes. */
    public void log(MemorySegment context, int syslogLevel, String text) {
        try (Arena arena = Arena.ofConfined()) {
            Downcalls.log(at(VFU_LOG), context, syslogLevel, PERCENT_S, arena.allocateFrom(text));
        }
    }

    /**
     * {@code vfu_setup_log}: where the context logs to.
     *
     * @param log from {@link Upcalls#log}, or {@link MemorySegment#NULL} for silence
     * @param syslogLevel 0 (emergency) to 7 (debug)
     */
    public int setupLog(MemorySegment context, MemorySegment log, int syslogLevel) {
        return Downcalls.intPPI(at(VFU_SETUP_LOG), context, log, syslogLevel);
    }

    /** {@code vfu_setup_device_reset_cb}: {@link Upcalls#reset}. */
    public int setupDeviceResetCb(MemorySegment context, MemorySegment reset) {
        return Downcalls.intPP(at(VFU_SETUP_DEVICE_RESET_CB), context, reset);
    }

    /** {@code vfu_setup_device_quiesce_cb}: {@link Upcalls#quiesce}. */
    public void setupDeviceQuiesceCb(MemorySegment context, MemorySegment quiesce) {
        Downcalls.voidPP(at(VFU_SETUP_DEVICE_QUIESCE_CB), context, quiesce);
    }

    /**
     * {@code vfu_device_quiesced}: completes a pending quiesce; the message that waited for it runs inside.
     *
     * @param errno 0, or a positive error number to fail the message and reset the device (the client gets no reply then)
     */
    public int deviceQuiesced(MemorySegment context, int errno) {
        return Downcalls.intPI(at(VFU_DEVICE_QUIESCED), context, errno);
    }

    // Regions and PCI

    /**
     * {@code vfu_setup_region}. Flags that a level does not know (64 bits and prefetchable, before 0.2) are left out: the
     * type bits of that BAR are the caller's to set in the configuration space then.
     *
     * @param access from {@link Upcalls#regionAccess}, or {@link MemorySegment#NULL}
     * @param areas sparse areas that a client may map, in {@link IoVec}'s layout (offset and length), copied; or NULL
     * @param fd backs the region and stays the caller's, open for as long as the context; -1 for none
     */
    public int setupRegion(
            MemorySegment context,
            int region,
            long sizeBytes,
            MemorySegment access,
            int flags,
            MemorySegment areas,
            int areaCount,
            int fd,
            long fdOffset) {
        int known = flags & ~(VfuConstants.REGION_FLAGS_SINCE_0_2 & ~level.regionFlagMask());
        return Downcalls.intPILPIPIIL(
                at(VFU_SETUP_REGION), context, region, sizeBytes, access, known, areas, areaCount, fd, fdOffset);
    }

    /** {@code vfu_pci_init}: {@code pciType} of {@link VfuConstants}, header type 0, revision. */
    public int pciInit(MemorySegment context, int pciType, int headerType, int revision) {
        return Downcalls.intPIII(at(VFU_PCI_INIT), context, pciType, headerType, revision);
    }

    /** {@code vfu_pci_set_id}: the low 16 bits of each. */
    public void pciSetId(MemorySegment context, int vendor, int device, int subsystemVendor, int subsystem) {
        Downcalls.voidPSSSS(
                at(VFU_PCI_SET_ID), context, (short) vendor, (short) device, (short) subsystemVendor, (short)
                        subsystem);
    }

    /** {@code vfu_pci_set_class}: the low 8 bits of each. */
    public void pciSetClass(MemorySegment context, int base, int sub, int programmingInterface) {
        Downcalls.voidPBBB(at(VFU_PCI_SET_CLASS), context, (byte) base, (byte) sub, (byte) programmingInterface);
    }

    /**
     * {@code vfu_pci_get_config_space}.
     *
     * @return its address, NULL before {@link #pciInit}; 256 bytes, 4096 for PCI-X mode 2 and PCI Express; the library's,
     *     until the context is destroyed
     */
    public MemorySegment pciGetConfigSpace(MemorySegment context) {
        return Downcalls.pointerP(at(VFU_PCI_GET_CONFIG_SPACE), context);
    }

    /**
     * {@code vfu_pci_add_capability}: copies a capability into the configuration space. {@code -ENOTSUP} for an id that the
     * library does not know, at 0.1 MSI among them.
     *
     * @param position where, or 0 for any place
     * @return the offset it got
     */
    public long pciAddCapability(MemorySegment context, long position, int flags, MemorySegment data) {
        return Downcalls.longPLIP(at(VFU_PCI_ADD_CAPABILITY), context, position, flags, data);
    }

    /** {@code vfu_pci_find_capability}: the offset of the first capability with an id, {@code -ENOENT} if there is none. */
    public long pciFindCapability(MemorySegment context, boolean extended, int id) {
        return orNoEntry(Downcalls.longPZI(at(VFU_PCI_FIND_CAPABILITY), context, extended, id));
    }

    /**
     * {@code vfu_pci_find_next_capability}: the next one after the capability at an offset, {@code -ENOENT} at the end, {@code
     * -EINVAL} if there is no capability at that offset.
     */
    public long pciFindNextCapability(MemorySegment context, boolean extended, long after, int id) {
        return orNoEntry(Downcalls.longPZLI(at(VFU_PCI_FIND_NEXT_CAPABILITY), context, extended, after, id));
    }

    /** These two say "none" by 0 and {@code errno}. */
    private static long orNoEntry(long offset) {
        if (offset != 0) {
            return offset;
        }
        int errno = ErrnoCapture.errno(ErrnoCapture.current());
        return -(errno == 0 ? Errno.ENOENT : errno);
    }

    // Interrupts and doorbells

    /** {@code vfu_setup_device_nr_irqs}: how many interrupts of a type there are. */
    public int setupDeviceNrIrqs(MemorySegment context, int type, int count) {
        return Downcalls.intPII(at(VFU_SETUP_DEVICE_NR_IRQS), context, type, count);
    }

    /** {@code vfu_setup_irq_state_callback}: {@link Upcalls#irqState} for one type. */
    public int setupIrqStateCallback(MemorySegment context, int type, MemorySegment callback) {
        return Downcalls.intPIP(at(VFU_SETUP_IRQ_STATE_CALLBACK), context, type, callback);
    }

    /** {@code vfu_irq_trigger}: {@code -ENOENT}, after a log message, for a vector without an eventfd. */
    public int irqTrigger(MemorySegment context, int vector) {
        return Downcalls.intPI(at(VFU_IRQ_TRIGGER), context, vector);
    }

    /**
     * {@code vfu_create_ioeventfd}: offers the client a descriptor for writes to a place in a region.
     *
     * @param fd an eventfd; {@code -EINVAL} at 0.1 if negative
     * @param shadowFd -1, or memory that receives the written value: {@code -ENOTSUP} at 0.1, which lacks it, and {@code
     *     -EINVAL} if the library was compiled without
     */
    public int createIoeventfd(
            MemorySegment context,
            int region,
            int fd,
            long offset,
            int sizeBytes,
            int flags,
            long dataMatch,
            int shadowFd,
            long shadowOffset) {
        if (level != AbiLevel.V0_1) {
            return Downcalls.intPIILIILIL(
                    at(VFU_CREATE_IOEVENTFD),
                    context,
                    region,
                    fd,
                    offset,
                    sizeBytes,
                    flags,
                    dataMatch,
                    shadowFd,
                    shadowOffset);
        }
        if (shadowFd != -1) {
            return -Errno.EOPNOTSUPP;
        }
        // The library asserts it at this level, and an assertion ends the JVM.
        if (fd < 0) {
            return -Errno.EINVAL;
        }
        return Downcalls.intPIILIIL(at(VFU_CREATE_IOEVENTFD), context, region, fd, offset, sizeBytes, flags, dataMatch);
    }

    // Guest memory

    /**
     * {@code vfu_setup_device_dma}: {@link Upcalls#dma} twice; without {@code unregister} nothing may be mapped.
     *
     * @param maxRegions how many regions a client may map; {@link AbiLevel#dmaRegionLimit} says what becomes of it
     */
    public int setupDeviceDma(MemorySegment context, int maxRegions, MemorySegment register, MemorySegment unregister) {
        return level == AbiLevel.V0_2B
                ? Downcalls.intPLPP(at(VFU_SETUP_DEVICE_DMA), context, maxRegions, register, unregister)
                : Downcalls.intPPP(at(VFU_SETUP_DEVICE_DMA), context, register, unregister);
    }

    /** {@code dma_sg_size}: bytes of one entry of a scatter-gather list; align lists to 8. */
    public long dmaSgSize() {
        return Downcalls.longNoArguments(at(DMA_SG_SIZE));
    }

    /**
     * {@code vfu_addr_to_sgl}: fills a scatter-gather list for a range of guest memory.
     *
     * @param protection {@code PROT_READ}, {@code PROT_WRITE} or both
     * @return the number of entries; {@code -ENOENT} or {@code -EACCES} for a bad range; a number for which {@link
     *     #entriesNeeded} is positive if the list is too short
     */
    public int addrToSgl(
            MemorySegment context, long iova, long lengthBytes, MemorySegment list, long maxEntries, int protection) {
        return Downcalls.intPLLPLI(at(VFU_ADDR_TO_SGL), context, iova, lengthBytes, list, maxEntries, protection);
    }

    /** How long the list of {@link #addrToSgl} would have to be; 0 if its result is something else. */
    public static int entriesNeeded(int addrToSglResult) {
        return Math.max(0, Downcalls.BELOW_ERRORS - addrToSglResult);
    }

    /** {@code vfu_sgl_get}: fills {@link IoVec}s with the addresses of a list's entries; {@code -EFAULT} if not mapped. */
    public int sglGet(MemorySegment context, MemorySegment list, MemorySegment ioVecs, long count) {
        return Downcalls.intPPPLI(at(VFU_SGL_GET), context, list, ioVecs, count, 0);
    }

    /** {@code vfu_sgl_mark_dirty}. At 0.1 the entries must be mapped ({@link #sgIsMappable}), or an assertion ends the JVM. */
    public void sglMarkDirty(MemorySegment context, MemorySegment list, long count) {
        Downcalls.voidPPL(at(VFU_SGL_MARK_DIRTY), context, list, count);
    }

    /** {@code vfu_sgl_put}: gives back what {@link #sglGet} gave, and marks writable entries dirty. */
    public void sglPut(MemorySegment context, MemorySegment list, MemorySegment ioVecs, long count) {
        Downcalls.voidPPPL(at(VFU_SGL_PUT), context, list, ioVecs, count);
    }

    /** {@code vfu_sg_is_mappable}: whether the list's first entry lies in a region that is mapped here. */
    public boolean sgIsMappable(MemorySegment context, MemorySegment list) {
        return Downcalls.boolPP(at(VFU_SG_IS_MAPPABLE), context, list);
    }

    /**
     * {@code vfu_sgl_read}: reads guest memory by a message to the client. No quiesce may be pending, or an assertion ends
     * the JVM.
     *
     * @param flags {@link VfuConstants#SGL_DIRECT_ACCESS} or 0; before 0.2b only 0, else {@code -ENOTSUP}
     */
    public int sglRead(MemorySegment context, MemorySegment list, long count, MemorySegment data, int flags) {
        return transfer(VFU_SGL_READ, context, list, count, data, flags);
    }

    /** {@code vfu_sgl_write}: as {@link #sglRead}, the other way. */
    public int sglWrite(MemorySegment context, MemorySegment list, long count, MemorySegment data, int flags) {
        return transfer(VFU_SGL_WRITE, context, list, count, data, flags);
    }

    private int transfer(
            NativeFunction function,
            MemorySegment context,
            MemorySegment list,
            long count,
            MemorySegment data,
            int flags) {
        if (level.hasDirectAccess()) {
            return Downcalls.intPPLPI(at(function), context, list, count, data, flags);
        }
        return flags == 0 ? Downcalls.intPPLP(at(function), context, list, count, data) : -Errno.EOPNOTSUPP;
    }

    // Migration

    /**
     * {@code vfu_setup_device_migration_callbacks}.
     *
     * @param callbacks from {@link MigrationCallbacks}, of {@link AbiLevel#migrationVersion}, copied; its stubs must stay
     * @param dataOffset where data begins in the migration region; migration version 2 has none and ignores it
     */
    public int setupDeviceMigrationCallbacks(MemorySegment context, MemorySegment callbacks, long dataOffset) {
        return level == AbiLevel.V0_1
                ? Downcalls.intPPL(at(VFU_SETUP_DEVICE_MIGRATION_CALLBACKS), context, callbacks, dataOffset)
                : Downcalls.intPP(at(VFU_SETUP_DEVICE_MIGRATION_CALLBACKS), context, callbacks);
    }

    /** {@code vfu_get_migr_register_area_size}: bytes of the migration registers at 0.1; {@code -ENOSYS} later. */
    public long getMigrRegisterAreaSize() {
        return level == AbiLevel.V0_1 ? Downcalls.longNoArguments(at(VFU_GET_MIGR_REGISTER_AREA_SIZE)) : -Errno.ENOSYS;
    }
}
