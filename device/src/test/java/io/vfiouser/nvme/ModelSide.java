package io.vfiouser.nvme;

import io.vfiouser.nvme.block.BlockIdentity;
import io.vfiouser.nvme.controller.ControllerOptions;
import io.vfiouser.nvme.controller.NvmeController;
import io.vfiouser.nvme.controller.QuiesceClocks;
import io.vfiouser.nvme.memory.GuestMemory;
import io.vfiouser.nvme.memory.RegionTable;
import io.vfiouser.nvme.migration.StorageMode;
import io.vfiouser.nvme.subsystem.NvmSubsystem;
import io.vfiouser.server.MigrationState;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A server without library, sockets and threads: what {@link NvmeDevice} puts together, and in place of the library and the control loop
 * the order in which they call it.
 */
final class ModelSide {
    private static final int CONFIG_SPACE_BYTES = 256;
    private static final int IO_VECTOR = 1;
    private static final int PASSES = 200;
    /** More than any grace that commands have to complete before they are taken back. */
    private static final long GRACE_NANOS = 50_000_000;

    private final String name;
    private final ModelMemory memory;
    private final ModelDisk disk;
    private final NvmSubsystem subsystem;
    private final GuestMemory guest = new GuestMemory();
    private final NvmeController controller;
    private final ModelBar0 bar0;
    private final PciFunction pci = new PciFunction();
    private final DeviceMigration migration;
    private MigrationState state = MigrationState.RUNNING;
    private boolean connected;
    private boolean quiescing;
    private boolean interrupted;
    private long nanos;

    ModelSide(
            String name,
            ModelMemory memory,
            ModelMedium medium,
            BlockIdentity identity,
            StorageMode storage,
            boolean incoming) {
        this.name = name;
        this.memory = memory;
        disk = new ModelDisk(medium, identity);
        subsystem = NvmSubsystem.builder()
                .serial(name)
                .namespace(disk)
                .incoming(incoming)
                .open();
        controller = new NvmeController(
                ControllerOptions.of(1), subsystem, guest, memory.doorbells(), this::raise, 1, () -> 0);
        bar0 = new ModelBar0(controller, memory);
        QuiesceClocks.set(controller, () -> nanos);
        migration = new DeviceMigration(controller, subsystem, pci, storage, name);
        migration.connect(port());
        memory.poison();
    }

    private FunctionPort port() {
        MemorySegment configSpace = MemorySegment.ofArray(new byte[CONFIG_SPACE_BYTES]);
        return new FunctionPort() {
            @Override
            public MemorySegment configSpace() {
                return configSpace;
            }

            @Override
            public List<Integer> pendingVectors() {
                return List.of();
            }
        };
    }

    private void raise(int vector) {
        interrupted |= vector == IO_VECTOR;
    }

    @Override
    public String toString() {
        return name;
    }

    ModelMemory memory() {
        return memory;
    }

    ModelDisk disk() {
        return disk;
    }

    ModelBar0 bar0() {
        return bar0;
    }

    MigrationState state() {
        return state;
    }

    boolean owner() {
        return subsystem.ownership().isOwner();
    }

    boolean stopped() {
        return migration.stopped();
    }

    boolean connected() {
        return connected;
    }

    /** Whether there was an interrupt for the I/O queue since the last call. */
    boolean takeInterrupt() {
        boolean was = interrupted;
        interrupted = false;
        return was;
    }

    // ---- time ----

    /** One pass of every agent. Returns how much was done. */
    int step() {
        return controller.doWork() + controller.pollers().getFirst().doWork();
    }

    /** Goes on until nothing moves. */
    void settle() {
        int idle = 0;
        for (int i = 0; i < PASSES && idle < 3; i++) {
            idle = step() > 0 ? 0 : idle + 1;
        }
        if (idle < 3) {
            throw new AssertionError("it moves for ever");
        }
    }

    // ---- the library ----

    void connect() {
        connected = true;
        guest.publish(memory.table());
    }

    private boolean pause(boolean toMigrate) {
        controller.pause(toMigrate);
        settle();
        if (!controller.paused()) {
            nanos += GRACE_NANOS;
            settle();
        }
        return controller.paused();
    }

    private void resumed() {
        if (!migration.stopped()) {
            controller.resume();
        }
    }

    /** Begins a plain pause. Returns whether it has been reached. */
    boolean beginQuiesce() {
        quiescing = true;
        return pause(false);
    }

    boolean quiescing() {
        return quiescing;
    }

    /** Ends a plain pause that has begun, if it is reached. Returns whether none is on: the library does nothing else before. */
    boolean endQuiesce() {
        if (quiescing && pause(false)) {
            quiescing = false;
            resumed();
        }
        return !quiescing;
    }

    /** The client asks for the next state, one arc away; what keeps the device from pausing has 100 ms. */
    void setState(MigrationState to) {
        var ignored = pause(true);
        try {
            migration.transition(state, to);
            state = to;
        } finally {
            resumed();
        }
    }

    long read(MemorySegment into) {
        return migration.read(into);
    }

    void write(MemorySegment from) {
        migration.write(from);
    }

    /** The library waits for the pause as long as it takes; so the back end lets go in the end. */
    void reset() {
        if (!pause(false)) {
            disk.letGo();
            settle();
        }
        if (!controller.paused()) {
            throw new AssertionError("no pause, although the back end has let go of everything");
        }
        quiescing = false;
        migration.reset();
        controller.reset();
        pci.reset();
        state = MigrationState.RUNNING;
        resumed();
    }

    /** The client is gone, and its memory with it. */
    void disconnect() {
        if (connected) {
            reset();
            connected = false;
            guest.publish(RegionTable.EMPTY);
            memory.poison();
            interrupted = false;
        }
    }

    /** For good, whatever state it is in. */
    void close() {
        disk.letGo();
        reset();
        settle();
        controller.drain();
        settle();
        controller.close();
        subsystem.close();
    }
}
