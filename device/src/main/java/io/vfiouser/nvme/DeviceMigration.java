package io.vfiouser.nvme;

import io.vfiouser.nvme.block.BlockDeviceException;
import io.vfiouser.nvme.controller.NvmeController;
import io.vfiouser.nvme.migration.ControllerState;
import io.vfiouser.nvme.migration.NamespaceContents;
import io.vfiouser.nvme.migration.NamespaceReceiver;
import io.vfiouser.nvme.migration.NamespaceSender;
import io.vfiouser.nvme.migration.StateRefusedException;
import io.vfiouser.nvme.migration.StorageMode;
import io.vfiouser.nvme.subsystem.NvmSubsystem;
import io.vfiouser.os.Errno;
import io.vfiouser.server.MigrationHandler;
import io.vfiouser.server.MigrationState;
import io.vfiouser.server.VfioUserErrno;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves a device: the states of migration, and what each transition does. Control thread only.
 *
 * <p><b>Source.</b> PRE_COPY begins the stream while the guest runs; STOP_AND_COPY takes it to its end with the guest stopped. Going on to
 * STOP after the end was read says that the other side has it all: the media are let go. Going to RUNNING from anywhere, also after
 * that, takes them back, unless somebody else has them by then.
 *
 * <p><b>Destination.</b> RESUME takes a stream. STOP after it is where everything is checked and restored, or refused; RUNNING is where
 * the media are this side's and the controller works.
 *
 * <p><b>Who owns the namespaces</b> is the {@link NvmSubsystem}'s to know, since all its controllers share them. Whatever breaks, and
 * wherever, one rule holds: who has not let go is the owner, and who has not been told RUNNING is not.
 */
final class DeviceMigration implements MigrationHandler {
    private static final String SOFTWARE = "vfio-user for Java";

    private final NvmeController controller;
    private final NvmSubsystem subsystem;
    private final PciFunction pci;
    private final StorageMode storage;
    private final String name;
    private final Logger log;
    private final Runnable afterHandOver;
    private @Nullable FunctionPort port;
    private @Nullable OutgoingStream outgoing;
    private @Nullable IncomingStream incoming;
    private boolean stopped;
    /** The state came from elsewhere, and has not been RUNNING here. */
    private boolean restored;
    /** It has just taken over, and its guest does not run yet. */
    private boolean arrived;
    /** It has just handed over, and may still be told that the other side does not go on. */
    private boolean handedOver;
    /** What became of the last transition and has not been told. */
    private @Nullable String news;

    /** @param name by what log messages name the device */
    DeviceMigration(
            NvmeController controller, NvmSubsystem subsystem, PciFunction pci, StorageMode storage, String name) {
        this(
                controller,
                subsystem,
                pci,
                storage,
                name,
                LoggerFactory.getLogger(DeviceMigration.class),
                MoveRehearsal::begin);
    }

    /**
     * As the other constructor, with a log of its own.
     *
     * @param afterHandOver called when the device has handed over and nobody is attached any more
     */
    DeviceMigration(
            NvmeController controller,
            NvmSubsystem subsystem,
            PciFunction pci,
            StorageMode storage,
            String name,
            Logger log,
            Runnable afterHandOver) {
        this.log = log;
        this.afterHandOver = afterHandOver;
        this.controller = controller;
        this.subsystem = subsystem;
        this.pci = pci;
        this.storage = storage;
        this.name = name;
        controller.onEnable(() -> subsystem.ownership().admit(storage == StorageMode.SHARED));
    }

    /** To be called before the first client comes. */
    void connect(FunctionPort to) {
        port = to;
    }

    /** Whether the device stays paused, whoever else lets it go on. */
    boolean stopped() {
        return stopped;
    }

    /** Whether the device has come from elsewhere since the last call. */
    boolean takeArrival() {
        boolean since = arrived;
        arrived = false;
        return since;
    }

    private void report(String what) {
        tellNews();
        news = what;
    }

    /** Logs what became of the last transition; for the control thread when it has answered, since the guest stands still until then. */
    void tellNews() {
        String told = news;
        if (told != null) {
            news = null;
            log.info("{}: {}", name, told);
        }
    }

    /** The device was reset: it is RUNNING as far as the library knows, and what was being moved is not any more. */
    void reset() {
        if (handedOver) {
            // It may be given a controller again, and has nothing else to do until then.
            afterHandOver.run();
        }
        endOutgoing();
        abandonIncoming();
        stopped = false;
        arrived = false;
        handedOver = false;
    }

    @Override
    public void transition(MigrationState from, MigrationState to) {
        log.debug("{}: {} to {}", name, from, to);
        try {
            switch (from) {
                case RUNNING -> leaveRunning(to);
                case PRE_COPY -> leavePreCopy(to);
                case STOP -> leaveStop(to);
                case STOP_AND_COPY -> endSaving();
                case RESUME -> endResuming();
            }
        } catch (StateRefusedException | BlockDeviceException e) {
            log.warn("{}: cannot go from {} to {}: {}", name, from, to, e.getMessage());
            throw new VfioUserErrno(e instanceof StateRefusedException ? Errno.EINVAL : Errno.EIO, text(e));
        }
    }

    private void leaveRunning(MigrationState to) {
        if (to == MigrationState.PRE_COPY) {
            requirePaused();
            beginOutgoing();
        } else {
            stop();
        }
    }

    private void leavePreCopy(MigrationState to) {
        if (to == MigrationState.STOP_AND_COPY) {
            stop();
            stream().finish();
        } else {
            endOutgoing();
        }
    }

    private void leaveStop(MigrationState to) {
        switch (to) {
            case STOP_AND_COPY -> {
                beginOutgoing();
                stream().finish();
            }
            case RESUME -> beginIncoming();
            default -> start();
        }
    }

    // ---- stopping and starting ----

    private void requirePaused() {
        if (!controller.paused()) {
            throw busy("commands are under way that the back ends have not let go of in time");
        }
    }

    private void stop() {
        requirePaused();
        Optional<String> obstacle = controller.stoppable();
        if (obstacle.isPresent()) {
            throw busy(obstacle.get());
        }
        stopped = true;
    }

    private VfioUserErrno busy(String why) {
        log.warn("{}: goes on instead of stopping: {}", name, why);
        return new VfioUserErrno(Errno.EBUSY, why);
    }

    private void start() {
        if (restored) {
            subsystem.ownership().take();
            restored = false;
            arrived = true;
            report("took over");
        } else if (handedOver) {
            subsystem.ownership().take();
            report("took back what it had handed over");
        }
        handedOver = false;
        stopped = false;
    }

    // ---- source ----

    private void beginOutgoing() {
        if (!subsystem.ownership().isOwner()) {
            throw new StateRefusedException("there is nothing to move: the namespaces are not this side's");
        }
        Optional<String> obstacle = controller.moveRefusal();
        if (obstacle.isPresent()) {
            throw new StateRefusedException(obstacle.get());
        }
        endOutgoing();
        Optional<NamespaceSender> content =
                storage == StorageMode.COPY ? Optional.of(NamespaceContents.sender(subsystem)) : Optional.empty();
        outgoing = new OutgoingStream(storage, SOFTWARE, content, this::save);
    }

    private ControllerState save() {
        FunctionPort function = function();
        return controller.save(pci.save(function.configSpace()), function.pendingVectors());
    }

    private void endSaving() {
        boolean complete = stream().ended();
        endOutgoing();
        if (complete) {
            subsystem.ownership().handOver();
            handedOver = true;
            report("handed over");
        }
    }

    private void endOutgoing() {
        OutgoingStream stream = outgoing;
        outgoing = null;
        if (stream != null) {
            stream.close();
        }
    }

    private OutgoingStream stream() {
        OutgoingStream stream = outgoing;
        if (stream == null) {
            throw new VfioUserErrno(Errno.EINVAL, "no state is being given out");
        }
        return stream;
    }

    @Override
    public long read(MemorySegment into) {
        try {
            return stream().read(into);
        } catch (StateRefusedException | BlockDeviceException e) {
            log.warn("{}: cannot give out its state: {}", name, e.getMessage());
            throw new VfioUserErrno(Errno.EIO, text(e));
        }
    }

    @Override
    public long pendingBytes() {
        OutgoingStream stream = outgoing;
        return stream == null ? 0 : stream.remainingBytes();
    }

    // ---- destination ----

    private void beginIncoming() {
        if (subsystem.ownership().isOwner()) {
            throw new StateRefusedException(
                    "it serves its own namespaces, which a move would overwrite: start it with --incoming");
        }
        if (controller.enabled()) {
            throw new StateRefusedException("a guest uses it");
        }
        abandonIncoming();
        incoming = new IncomingStream(storage, this::receiver);
    }

    private NamespaceReceiver receiver() {
        subsystem.ownership().openForContent();
        return NamespaceContents.receiver(subsystem);
    }

    @Override
    public void write(MemorySegment from) {
        IncomingStream stream = incoming;
        if (stream == null) {
            throw new VfioUserErrno(Errno.EINVAL, "no state is expected");
        }
        try {
            stream.write(from);
        } catch (StateRefusedException | BlockDeviceException e) {
            log.warn("{}: refuses the state it is given: {}", name, e.getMessage());
            throw new VfioUserErrno(Errno.EINVAL, text(e));
        }
    }

    private void endResuming() {
        IncomingStream stream = incoming;
        if (stream == null || stream.untouched()) {
            abandonIncoming();
            return;
        }
        ControllerState state = stream.finish();
        FunctionPort function = function();
        pci.check(state.pci(), function.configSpace());
        controller.restore(state, storage);
        pci.restore(state.pci(), function.configSpace());
        incoming = null;
        restored = true;
    }

    private void abandonIncoming() {
        IncomingStream stream = incoming;
        incoming = null;
        if (stream != null) {
            stream.close();
        }
        if (stream != null || restored) {
            restored = false;
            subsystem.ownership().giveUp();
        }
    }

    private FunctionPort function() {
        FunctionPort present = port;
        if (present == null) {
            throw new IllegalStateException("the device is not listening yet");
        }
        return present;
    }

    private static String text(RuntimeException e) {
        return String.valueOf(e.getMessage());
    }
}
