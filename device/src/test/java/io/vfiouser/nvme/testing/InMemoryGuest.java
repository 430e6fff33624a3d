package io.vfiouser.nvme.testing;

import io.vfiouser.nvme.block.BlockDevice;
import io.vfiouser.nvme.controller.ControllerOptions;
import io.vfiouser.nvme.controller.NvmeController;
import io.vfiouser.nvme.controller.QueuePoller;
import io.vfiouser.nvme.memory.GuestMemory;
import io.vfiouser.nvme.memory.GuestRegion;
import io.vfiouser.nvme.memory.RegionTable;
import io.vfiouser.nvme.spec.ControllerRegisters;
import io.vfiouser.nvme.spec.LittleEndian;
import io.vfiouser.nvme.subsystem.NvmSubsystem;
import io.vfiouser.nvme.subsystem.NvmSubsystemBuilder;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** A controller without transport or threads, and the memory of its guest. Each {@link #progress} is one pass of every agent. */
public final class InMemoryGuest implements HostTransport, AutoCloseable {
    public static final long MEMORY_BYTES = 16L << 20;
    public static final long IOVA = 0x1_0000_0000L;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment memory = arena.allocate(MEMORY_BYTES, 4096);
    private final MemorySegment doorbells = arena.allocate(NvmeController.DOORBELL_BYTES, 4096);
    private final GuestMemory guest = new GuestMemory();
    private final BitSet dirtyPages = new BitSet();
    private final List<Integer> interrupts = Collections.synchronizedList(new ArrayList<>());
    private final NvmSubsystem subsystem;
    private final NvmeController controller;
    private final boolean trapped;
    private final boolean ownsSubsystem;
    private final List<InMemoryGuest> companions = new ArrayList<>();
    private boolean stepPollers = true;
    private long clockMillis;
    private boolean clockBroken;

    private InMemoryGuest(
            boolean trapped, int pollers, ControllerOptions options, NvmSubsystem subsystem, boolean ownsSubsystem) {
        this.trapped = trapped;
        this.subsystem = subsystem;
        this.ownsSubsystem = ownsSubsystem;
        guest.publish(table());
        controller = new NvmeController(options, subsystem, guest, doorbells, interrupts::add, pollers, this::clock);
    }

    private InMemoryGuest(boolean trapped, int pollers, ControllerOptions options, BlockDevice... devices) {
        this(trapped, pollers, options, subsystem(false, Optional.empty(), devices), true);
    }

    /** A subsystem with these namespaces, opened. */
    public static NvmSubsystem subsystem(boolean multipleControllers, BlockDevice... devices) {
        return subsystem(multipleControllers, Optional.empty(), devices);
    }

    private static NvmSubsystem subsystem(
            boolean multipleControllers, Optional<Path> settings, BlockDevice... devices) {
        NvmSubsystemBuilder builder =
                NvmSubsystem.builder().serial("SERIAL").model("Model").multipleControllers(multipleControllers);
        for (BlockDevice device : devices) {
            builder.namespace(device);
        }
        settings.ifPresent(builder::settings);
        return builder.open();
    }

    /** A guest of one of several controllers. The subsystem stays the caller's. */
    public static InMemoryGuest of(NvmSubsystem subsystem, int controllerId) {
        return of(subsystem, controllerId, 1);
    }

    public static InMemoryGuest of(NvmSubsystem subsystem, int controllerId, int pollers) {
        return new InMemoryGuest(false, pollers, ControllerOptions.of(controllerId), subsystem, false);
    }

    /** A guest of a controller with options of its own. The subsystem stays the caller's. */
    public static InMemoryGuest of(NvmSubsystem subsystem, ControllerOptions options) {
        return new InMemoryGuest(false, 1, options, subsystem, false);
    }

    public static InMemoryGuest mapped(BlockDevice... devices) {
        return new InMemoryGuest(false, 1, ControllerOptions.of(1), devices);
    }

    public static InMemoryGuest trapped(BlockDevice... devices) {
        return new InMemoryGuest(true, 1, ControllerOptions.of(1), devices);
    }

    public static InMemoryGuest trapped(int pollers, BlockDevice... devices) {
        return new InMemoryGuest(true, pollers, ControllerOptions.of(1), devices);
    }

    public static InMemoryGuest withPollers(int pollers, BlockDevice... devices) {
        return new InMemoryGuest(false, pollers, ControllerOptions.of(1), devices);
    }

    /** With one poller, and a file for what the guest saves. */
    public static InMemoryGuest withSettings(Path file, BlockDevice... devices) {
        return new InMemoryGuest(false, 1, ControllerOptions.of(1), subsystem(false, Optional.of(file), devices), true);
    }

    /** Moves the controller's clock, which stands still otherwise. */
    public void elapse(Duration time) {
        clockMillis += time.toMillis();
    }

    /** The control thread's next pass runs into a fault of the program. */
    public void breakNextPass() {
        clockBroken = true;
    }

    private long clock() {
        if (clockBroken) {
            clockBroken = false;
            throw new IllegalStateException("broken by a test");
        }
        return clockMillis;
    }

    public NvmSubsystem subsystem() {
        return subsystem;
    }

    public NvmeController controller() {
        return controller;
    }

    public GuestMemory guestMemory() {
        return guest;
    }

    /** The table with all of the memory in it. */
    public RegionTable table() {
        return RegionTable.of(List.of(new GuestRegion(IOVA, memory, true, true, this::markDirty)));
    }

    /** Vectors in the order in which they were raised. */
    public List<Integer> interrupts() {
        return interrupts;
    }

    /** Pages of the memory that were marked as written. */
    public BitSet dirtyPages() {
        return dirtyPages;
    }

    private synchronized void markDirty(long offset, long lengthBytes) {
        dirtyPages.set((int) (offset / NvmeHost.PAGE), (int) ((offset + lengthBytes - 1) / NvmeHost.PAGE) + 1);
    }

    @Override
    public int read32(int register) {
        MemorySegment into = MemorySegment.ofArray(new byte[4]);
        controller.readBar0(register, into);
        return LittleEndian.i32(into, 0);
    }

    @Override
    public long read64(int register) {
        MemorySegment into = MemorySegment.ofArray(new byte[8]);
        controller.readBar0(register, into);
        return LittleEndian.i64(into, 0);
    }

    @Override
    public void write32(int register, int value) {
        MemorySegment from = MemorySegment.ofArray(new byte[4]);
        LittleEndian.putU32(from, 0, value);
        controller.writeBar0(register, from);
    }

    @Override
    public void write64(int register, long value) {
        MemorySegment from = MemorySegment.ofArray(new byte[8]);
        LittleEndian.putU64(from, 0, value);
        controller.writeBar0(register, from);
    }

    @Override
    public void doorbell(int offset, int value) {
        if (trapped) {
            write32(offset, value);
        } else {
            LittleEndian.putU32Release(doorbells, offset - ControllerRegisters.DOORBELLS, value);
        }
    }

    @Override
    public MemorySegment memory() {
        return memory;
    }

    @Override
    public long iova() {
        return IOVA;
    }

    /** Lets the others have their turn whenever this one has, and the other way round. */
    public void alongside(InMemoryGuest other) {
        companions.add(other);
        other.companions.add(this);
    }

    @Override
    public void progress() {
        step();
        companions.forEach(InMemoryGuest::step);
    }

    /** One pass of every agent of this controller alone. */
    public void step() {
        controller.doWork();
        if (stepPollers) {
            for (QueuePoller poller : controller.pollers()) {
                poller.doWork();
            }
        } else {
            Thread.onSpinWait();
        }
    }

    /** From now on {@link #progress} steps the control thread's agents only. */
    public void leavePollersToThreads() {
        stepPollers = false;
    }

    /** Some passes, for tests that want to see that nothing happens. */
    public void settle() {
        for (int i = 0; i < 20; i++) {
            progress();
        }
    }

    @Override
    public void close() {
        companions.forEach(each -> each.companions.remove(this));
        controller.drain();
        settle();
        controller.close();
        if (ownsSubsystem) {
            subsystem.close();
        }
        arena.close();
    }
}
