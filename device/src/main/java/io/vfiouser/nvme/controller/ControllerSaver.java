package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.block.BlockCapabilities;
import io.vfiouser.nvme.migration.ClockState;
import io.vfiouser.nvme.migration.ControllerLimits;
import io.vfiouser.nvme.migration.ControllerState;
import io.vfiouser.nvme.migration.DoorbellBufferState;
import io.vfiouser.nvme.migration.DoorbellBufferState.ShadowDoorbellState;
import io.vfiouser.nvme.migration.LogState;
import io.vfiouser.nvme.migration.NamespaceState;
import io.vfiouser.nvme.migration.PciState;
import io.vfiouser.nvme.migration.QueuePairState;
import io.vfiouser.nvme.spec.AsynchronousEvent;
import io.vfiouser.nvme.subsystem.Namespace;
import io.vfiouser.nvme.subsystem.NvmSubsystem;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Says what a controller is, as data from which {@link ControllerRestorer} makes it again elsewhere. Control thread, while the pollers stand
 * still and no admin command is under way. Nothing changes but that doorbells count which the host has rung.
 */
final class ControllerSaver {
    private final ControllerParts parts;

    ControllerSaver(ControllerParts parts) {
        this.parts = parts;
    }

    /** Takes over what the host has announced and nobody has looked at. Reads guest memory, where shadow doorbells are. */
    void readDoorbells() {
        DoorbellBuffers buffers = parts.ioQueues().doorbellBuffers();
        if (buffers != null) {
            // The table may have changed since everybody stood still.
            boolean ignored = buffers.map(parts.context().memory());
        }
        parts.admin().readDoorbells();
        parts.ioQueues().readDoorbells(parts.shared());
    }

    ControllerState save(PciState pci, Collection<Integer> pendingVectors) {
        AdminContext context = parts.context();
        IoQueues ioQueues = parts.ioQueues();
        TreeSet<Integer> pending = new TreeSet<>(pendingVectors);
        pending.addAll(context.owed().vectors());
        return new ControllerState(
                limits(),
                parts.registers().state(parts.lifecycle()),
                parts.admin()
                        .queue()
                        .map(queue -> new QueuePairState(
                                queue.state(), queue.completionQueue().state())),
                ioQueues.submissionQueues().stream().map(SubmissionQueue::state).toList(),
                ioQueues.completionQueues().stream().map(CompletionQueue::state).toList(),
                doorbellBuffers(),
                context.features().states(),
                context.events()
                        .state(context.changedNamespaces(), parts.share().announced()),
                ioQueues.heldCommands(),
                context.owed().completions(),
                List.copyOf(pending),
                logs(),
                clocks(),
                namespaces(),
                pci);
    }

    private ControllerLimits limits() {
        ControllerOptions options = parts.context().options();
        NvmSubsystem subsystem = parts.share().subsystem();
        return new ControllerLimits(
                subsystem.identity(),
                parts.share().controllerId(),
                options.pciVendorId(),
                subsystem.multipleControllers(),
                options.queuePairs(),
                options.queueEntries(),
                options.interruptVectors(),
                options.transferShift());
    }

    private Optional<DoorbellBufferState> doorbellBuffers() {
        DoorbellBuffers buffers = parts.ioQueues().doorbellBuffers();
        if (buffers == null) {
            return Optional.empty();
        }
        List<ShadowDoorbellState> doorbells = new ArrayList<>();
        parts.admin().queue().ifPresent(queue -> {
            queue.shadowState().ifPresent(doorbells::add);
            queue.completionQueue().shadowState().ifPresent(doorbells::add);
        });
        parts.ioQueues().submissionQueues().forEach(queue -> queue.shadowState().ifPresent(doorbells::add));
        parts.ioQueues().completionQueues().forEach(queue -> queue.shadowState().ifPresent(doorbells::add));
        doorbells.sort(Comparator.comparingInt(ShadowDoorbellState::index));
        return Optional.of(new DoorbellBufferState(buffers.shadowBase(), buffers.eventBase(), doorbells));
    }

    private LogState logs() {
        SharedState shared = parts.shared();
        LifeCounters life = parts.context().life();
        IoTotals totals = life.totals();
        return new LogState(
                totals.readCommands(),
                totals.readBytes(),
                totals.writeCommands(),
                totals.writeBytes(),
                totals.mediaErrors(),
                life.health().powerCycles(),
                life.health().unsafeShutdowns(),
                life.powerOnMillis(),
                life.busyMillis(),
                shared.faults.dataLost(),
                parts.context().toldOfLostData(),
                shared.faults.internalError(),
                shared.invalidDoorbell(AsynchronousEvent.INVALID_DOORBELL_VALUE),
                shared.invalidDoorbell(AsynchronousEvent.INVALID_DOORBELL_REGISTER),
                shared.errorLog.count(),
                shared.errorLog.entries());
    }

    private ClockState clocks() {
        AdminContext context = parts.context();
        return new ClockState(
                context.timestamp().millis(context.nowMillis()),
                context.timestamp().setByHost(),
                System.currentTimeMillis(),
                context.keepAlive().timeoutMillis());
    }

    private List<NamespaceState> namespaces() {
        List<NamespaceState> states = new ArrayList<>();
        for (Namespace namespace : parts.share().subsystem().namespaces()) {
            BlockCapabilities can = namespace.device().capabilities();
            states.add(new NamespaceState(
                    namespace.id(),
                    namespace.identity(),
                    namespace.blockCount(),
                    namespace.format().blockBytes(),
                    namespace.shared(),
                    namespace.fromPool(),
                    parts.share().attached(namespace.id()) != null,
                    can.readOnly(),
                    can.volatileCache(),
                    can.deallocatedReads(),
                    atomicBlocks(namespace, namespace.format().blockBytes())));
        }
        return states;
    }

    /** How many logical blocks of a size are changed whole or not at all. */
    static int atomicBlocks(Namespace namespace, int blockBytes) {
        long bytes = (long) namespace.device().capabilities().atomicBlocks()
                * namespace.device().blockSizeBytes();
        return (int) (bytes / blockBytes);
    }
}
