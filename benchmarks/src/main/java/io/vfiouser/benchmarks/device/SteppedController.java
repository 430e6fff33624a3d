package io.vfiouser.benchmarks.device;

import io.vfiouser.nvme.block.BlockDevice;
import io.vfiouser.nvme.controller.ControllerOptions;
import io.vfiouser.nvme.controller.NvmeController;
import io.vfiouser.nvme.controller.QueuePoller;
import io.vfiouser.nvme.memory.GuestMemory;
import io.vfiouser.nvme.memory.RegionTable;
import io.vfiouser.nvme.spec.AdminCommand;
import io.vfiouser.nvme.spec.AdminQueueAttributes;
import io.vfiouser.nvme.spec.ControllerConfiguration;
import io.vfiouser.nvme.spec.ControllerRegisters;
import io.vfiouser.nvme.spec.ControllerStatus;
import io.vfiouser.nvme.spec.LittleEndian;
import io.vfiouser.nvme.spec.SubmissionEntry;
import io.vfiouser.nvme.subsystem.NvmSubsystem;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * A controller with one poller and one namespace, enabled, with its I/O queues; and its host. Everything happens on the thread that calls.
 * The device is the product's, whole: only transport and threads are missing. Interrupts are asked for and counted.
 */
public final class SteppedController implements AutoCloseable {
    /** Bytes of a memory page. */
    public static final int PAGE_BYTES = 4096;
    /** Entries of each I/O queue. */
    public static final int ENTRIES = 128;

    private static final int ADMIN_ENTRIES = 32;
    private static final int PATIENCE_PASSES = 10_000_000;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment doorbells = arena.allocate(NvmeController.DOORBELL_BYTES, PAGE_BYTES);
    private final GuestRam ram;
    private final NvmSubsystem subsystem;
    private final NvmeController controller;
    private final QueuePoller poller;
    private final List<HostRing> rings = new ArrayList<>();
    private long nextFree;
    private long interrupts;

    /**
     * Enables a controller.
     *
     * @param device the namespace, the controller's from now on
     * @param ram the guest's memory, the controller's from now on
     * @param queuePairs how many I/O queues
     */
    public SteppedController(BlockDevice device, GuestRam ram, int queuePairs) {
        this(device, ram);
        HostRing admin = enable();
        for (int id = 1; id <= queuePairs; id++) {
            rings.add(createQueues(admin, id));
        }
    }

    private SteppedController(BlockDevice device, GuestRam ram) {
        this.ram = ram;
        this.subsystem = NvmSubsystem.builder()
                .serial("BENCH")
                .model("Benchmark")
                .multipleControllers(false)
                .namespace(device)
                .open();
        GuestMemory guest = new GuestMemory();
        guest.publish(RegionTable.of(ram.regions()));
        this.controller =
                new NvmeController(ControllerOptions.of(1), subsystem, guest, doorbells, vector -> interrupts++, 1);
        this.poller = controller.pollers().getFirst();
    }

    /** One that no host has enabled, to be given a state from elsewhere. */
    public static SteppedController untouched(BlockDevice device, GuestRam ram) {
        return new SteppedController(device, ram);
    }

    /** The controller, for what is not I/O. */
    public NvmeController controller() {
        return controller;
    }

    /** The guest's memory. */
    public GuestRam ram() {
        return ram;
    }

    /** The queues, by identifier from 1 on. */
    public HostRing ring(int queueId) {
        return rings.get(queueId - 1);
    }

    /** How many interrupts were raised. */
    public long interrupts() {
        return interrupts;
    }

    /** Offset in the guest's memory of whole pages nobody else has. */
    public long allocate(long lengthBytes) {
        long offset = nextFree;
        nextFree += Math.ceilDiv(lengthBytes, PAGE_BYTES) * PAGE_BYTES;
        if (nextFree > ram.guestView().byteSize()) {
            throw new IllegalStateException("the guest has not enough memory");
        }
        return offset;
    }

    /** Writes so many commands into a queue, rings once, and steps the poller until all have completed. */
    public void execute(HostRing ring, CommandStream commands, int count) {
        for (int i = 0; i < count; i++) {
            commands.put(ring);
        }
        ring.ring();
        complete(ring, count);
    }

    /** Steps the poller until a queue has completed so many commands, of which none has been executed yet. */
    public void complete(HostRing ring, int commands) {
        int ignored = poller.doWork();
        await(ring, commands);
    }

    /** Takes so many completions of a queue, and steps the poller only if they are not all there. */
    public void await(HostRing ring, int commands) {
        int left = commands - ring.reap();
        for (int passes = 0; left > 0; passes++) {
            int ignored = poller.doWork();
            left -= ring.reap();
            if (passes == PATIENCE_PASSES) {
                throw new IllegalStateException(left + " commands do not complete");
            }
        }
    }

    /** One pass of the poller. Returns what it has done. */
    public int step() {
        return poller.doWork();
    }

    /** Pauses it as a migration does, until its state can be saved. */
    public void stop() {
        controller.pause(true);
        for (int passes = 0; !controller.paused() || controller.stoppable().isPresent(); passes++) {
            int ignored = controller.doWork() + poller.doWork();
            if (passes == PATIENCE_PASSES) {
                throw new IllegalStateException("the controller does not pause");
            }
        }
    }

    private HostRing enable() {
        HostRing admin = newRing(0, ADMIN_ENTRIES);
        write(ControllerRegisters.AQA, Integer.BYTES, AdminQueueAttributes.of(ADMIN_ENTRIES, ADMIN_ENTRIES));
        write(ControllerRegisters.ASQ, Long.BYTES, ram.iova(admin.submissionOffset()));
        write(ControllerRegisters.ACQ, Long.BYTES, ram.iova(admin.completionOffset()));
        write(ControllerRegisters.CC, Integer.BYTES, ControllerConfiguration.USUAL | ControllerConfiguration.EN);
        MemorySegment status = arena.allocate(Integer.BYTES, Integer.BYTES);
        for (int passes = 0; !ControllerStatus.ready(LittleEndian.i32(status, 0)); passes++) {
            int ignored = controller.doWork() + poller.doWork();
            controller.readBar0(ControllerRegisters.CSTS, status);
            if (passes == PATIENCE_PASSES) {
                throw new IllegalStateException("the controller does not become ready");
            }
        }
        return admin;
    }

    private HostRing newRing(int queueId, int entries) {
        long submission = allocate((long) entries * SubmissionEntry.LENGTH_BYTES);
        long completion = allocate(PAGE_BYTES);
        return new HostRing(queueId, entries, ram.guestView(), doorbells, submission, completion);
    }

    private HostRing createQueues(HostRing admin, int queueId) {
        HostRing ring = newRing(queueId, ENTRIES);
        MemorySegment memory = ram.guestView();
        AdminCommand.createCompletionQueue(
                memory, admin.next(), admin.slot(), queueId, ENTRIES, ram.iova(ring.completionOffset()), true, queueId);
        execute(admin);
        AdminCommand.createSubmissionQueue(
                memory, admin.next(), admin.slot(), queueId, ENTRIES, ram.iova(ring.submissionOffset()), queueId);
        execute(admin);
        return ring;
    }

    private void execute(HostRing admin) {
        admin.advance();
        admin.ring();
        for (int passes = 0; admin.reap() == 0; passes++) {
            int ignored = controller.doWork() + poller.doWork();
            if (passes == PATIENCE_PASSES) {
                throw new IllegalStateException("an admin command does not complete");
            }
        }
    }

    private void write(int register, int lengthBytes, long value) {
        MemorySegment from = arena.allocate(Long.BYTES, Long.BYTES);
        LittleEndian.putU64(from, 0, value);
        controller.writeBar0(register, from.asSlice(0, lengthBytes));
    }

    @Override
    public void close() {
        controller.drain();
        for (int passes = 0; !controller.paused() && passes < PATIENCE_PASSES; passes++) {
            int ignored = controller.doWork() + poller.doWork();
        }
        controller.close();
        subsystem.close();
        ram.close();
        arena.close();
    }
}
