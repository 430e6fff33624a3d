package io.vfiouser.nvme;

import io.vfiouser.abi.VfioUserLibrary;
import io.vfiouser.nvme.controller.ControllerOptions;
import io.vfiouser.nvme.controller.NvmeController;
import io.vfiouser.nvme.controller.PollerThread;
import io.vfiouser.nvme.memory.GuestMemory;
import io.vfiouser.nvme.subsystem.NvmSubsystem;
import io.vfiouser.os.CpuAffinity;
import io.vfiouser.os.EventFd;
import io.vfiouser.os.Mapping;
import io.vfiouser.os.MemFd;
import io.vfiouser.server.ContextRunner;
import io.vfiouser.server.DeviceContext;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An NVMe disk served over vfio-user: one controller on one socket, for one guest at a time.
 *
 * <pre>{@code
 * try (NvmeDevice disk = NvmeDevice.builder()
 *         .namespace(FileBlockDevice.open(Path.of("disk.img")))
 *         .socket(Path.of("/run/vm1/nvme0.sock"))
 *         .start()) {
 *     disk.awaitClose();
 * }
 * }</pre>
 *
 * <p>It has a control thread, and poller threads that execute the guest's I/O. It owns the back ends that its builder was given: it
 * activates them before it listens, and releases and closes them when it is closed. Several devices that share namespaces are controllers
 * of one {@link NvmSubsystem}. A guest that goes away leaves a controller as after power-on for the next one;
 * the data stays.
 *
 * <p>All methods may be called from any thread.
 */
public final class NvmeDevice implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NvmeDevice.class);

    private final Path socket;
    private final VfioUserLibrary library;
    private final NvmSubsystem subsystem;
    private final boolean ownsSubsystem;
    private final NvmeController controller;
    private final List<PollerThread> threads;
    private final ControlLoop loop;
    private final ContextRunner runner;
    private final @Nullable MemFd bar0;
    private final Mapping doorbells;
    private final DmaRegionLimit dmaRegions;
    private boolean closed;

    private NvmeDevice(
            NvmeDeviceBuilder builder, VfioUserLibrary library, NvmSubsystem subsystem, Resources resources) {
        this.socket = builder.socketPath();
        this.library = library;
        this.subsystem = subsystem;
        this.ownsSubsystem = builder.sharedSubsystem().isEmpty();
        this.dmaRegions = DmaRegionLimit.of(builder.mostDmaRegions(), library);
        resources.add(dmaRegions);
        boolean mapped = builder.doorbellMode() == DoorbellMode.MAPPED;
        MemFd memory = mapped ? MemFd.create("nvme-bar0", PciLayout.BAR0_BYTES) : null;
        this.bar0 = memory;
        if (memory != null) {
            resources.add(memory);
            // The guest gets this file; it must not be able to take the doorbells away.
            memory.sealSize();
        }
        this.doorbells = PciLayout.mapDoorbells(memory);
        resources.add(doorbells);
        MemorySegment page = doorbells.segment();
        GuestMemory guest = new GuestMemory();
        InterruptRelay interrupts = new InterruptRelay();
        ControllerOptions options;
        // Nobody else takes the identifier between the question and the answer.
        synchronized (subsystem) {
            options = ControllerOptions.of(subsystem.freeControllerId())
                    .withShadowDoorbells(builder.offersShadowDoorbells());
            this.controller = new NvmeController(options, subsystem, guest, page, interrupts, builder.pollerCount());
        }
        resources.add(controller);
        PciFunction function = new PciFunction();
        DeviceMigration migration = new DeviceMigration(
                controller,
                subsystem,
                function,
                builder.storageMode(),
                socket.getFileName().toString());
        this.loop = new ControlLoop(controller, migration, mapped);
        DeviceContext context = PciLayout.describe(socket, library, options, memory, controller, function, loop)
                .dma(new DmaMemory(guest, controller), dmaRegions.regions())
                .migration(migration)
                .reset(reason -> {
                    migration.reset();
                    controller.reset();
                    function.reset();
                })
                .build();
        resources.add(context);
        migration.connect(FunctionPort.of(context));
        interrupts.connect(context.interrupts());
        this.runner = new ContextRunner(context);
        controller.onWakeUp(runner::wakeUp);
        // Pollers call it too, and allocate nothing.
        for (int i = 0; i < EventFd.CALLS_THAT_LINK; i++) {
            runner.wakeUp();
        }
        this.threads = new ArrayList<>();
        for (int i = 0; i < builder.pollerCount(); i++) {
            int index = i;
            threads.add(new PollerThread(
                    controller.pollers().get(i),
                    builder.idlePolicy(),
                    "nvme-poller-" + i + "-" + socket.getFileName(),
                    () -> pin(builder.cpus(), index)));
        }
    }

    /** Starts to describe a device. */
    public static NvmeDeviceBuilder builder() {
        return new NvmeDeviceBuilder();
    }

    static NvmeDevice start(NvmeDeviceBuilder builder, VfioUserLibrary library) {
        Resources resources = new Resources();
        try {
            Optional<NvmSubsystem> own = builder.openOwn();
            own.ifPresent(resources::add);
            NvmSubsystem subsystem = own.or(builder::sharedSubsystem).orElseThrow();
            NvmeDevice device = new NvmeDevice(builder, library, subsystem, resources);
            device.threads.forEach(PollerThread::start);
            device.loop.start(device.runner, "nvme-control-" + device.socket.getFileName());
            if (!subsystem.ownership().isOwner()) {
                MoveRehearsal.begin();
            }
            LOG.info(
                    "serving {} namespaces on {} with {}",
                    subsystem.namespaces().size(),
                    device.socket,
                    library);
            return device;
        } catch (RuntimeException | Error e) {
            resources.closeAfter(e);
            throw e;
        }
    }

    /** Where guests connect. */
    public Path socket() {
        return socket;
    }

    /** The native library in use. */
    public VfioUserLibrary library() {
        return library;
    }

    /** The subsystem this is a controller of: its own, or the one that the builder was given. */
    public NvmSubsystem subsystem() {
        return subsystem;
    }

    /** Whether a guest is attached at this moment. */
    public boolean attached() {
        return runner.context().isAttached();
    }

    /**
     * Waits until the device is closed, by another thread or because its control thread failed.
     *
     * @throws InterruptedException if the waiting thread is interrupted; the device goes on
     */
    public void awaitClose() throws InterruptedException {
        loop.awaitEnd();
    }

    /**
     * Ends the device: commands that were fetched complete, the guest is disconnected, and everything written is made durable.
     * Idempotent; who calls it a second time while the first call is under way waits for that.
     *
     * @throws io.vfiouser.nvme.block.BlockDeviceException if data could not be made durable
     */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        loop.stop(runner);
        awaitEndUninterruptibly();
        threads.forEach(PollerThread::close);
        Resources resources = new Resources();
        if (ownsSubsystem) {
            resources.add(subsystem);
        }
        if (bar0 != null) {
            resources.add(bar0);
        }
        resources.add(dmaRegions);
        resources.add(doorbells);
        resources.add(controller);
        resources.close();
    }

    /** Begins to move a completion queue to another poller, soon: see {@link NvmeController#moveQueue}. */
    void moveQueue(int completionQueueId, int poller) {
        runner.execute(() -> {
            boolean ignored = controller.moveQueue(completionQueueId, poller);
        });
    }

    /** How many times a queue has gone from one poller to another, since the load was uneven or because of {@link #moveQueue}. */
    long movedQueues() {
        return controller.movedQueues();
    }

    private void awaitEndUninterruptibly() {
        boolean interrupted = false;
        while (!loop.hasEnded()) {
            try {
                loop.awaitEnd();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void pin(List<Integer> cpus, int index) {
        if (index >= cpus.size()) {
            return;
        }
        try {
            CpuAffinity.pin(cpus.get(index));
        } catch (RuntimeException e) {
            LOG.warn("the poller is not bound to processor {}: {}", cpus.get(index), e.getMessage());
        }
    }
}
