package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.memory.GuestMemory;
import io.vfiouser.nvme.memory.RegionTable;
import io.vfiouser.nvme.migration.ControllerState;
import io.vfiouser.nvme.migration.PciState;
import io.vfiouser.nvme.migration.StateRefusedException;
import io.vfiouser.nvme.migration.StorageMode;
import io.vfiouser.nvme.spec.ControllerRegisters;
import io.vfiouser.nvme.spec.LittleEndian;
import io.vfiouser.nvme.subsystem.NvmSubsystem;
import io.vfiouser.os.MemoryFaults;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A controller without its transport: BAR0 as accesses to it, guest memory as a table of regions, interrupts as calls to a sink. It has no
 * threads: {@link #doWork} is called on the control thread, as all other methods are, and each of {@link #pollers()} on a thread of its
 * own, or on the same one.
 *
 * <p><b>Memory.</b> Before a region of the published table goes away: {@link #pause}, wait until {@link #paused}, publish the new
 * table, {@link #resume}.
 */
public final class NvmeController implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NvmeController.class);

    /** Bytes of the doorbell page that the constructor takes. */
    public static final int DOORBELL_BYTES = DoorbellPage.LENGTH_BYTES;

    private static final int DWORD_BYTES = 4;
    private static final int QWORD_BYTES = 8;

    private final SharedState shared;
    private final PollerGroup group;
    private final IoQueues ioQueues;
    private final QueueBalancer balancer;
    private final Registers registers;
    private final FlushAll flushAll = new FlushAll();
    private final SubsystemShare share;
    private final AdminContext context;
    private final AdminAgent admin;
    private final Lifecycle lifecycle;
    private final ControllerSaver saver;
    private final RestoreCheck restoreCheck;
    private final ControllerRestorer restorer;
    private boolean pauseWanted;
    private boolean stopWanted;
    /** What the pollers were asked for; RUN while admin commands are to end first. */
    private PauseLevel asked = PauseLevel.RUN;
    /** In this pause the host stands still as well: it cannot keep the controller alive. */
    private boolean hostStandsStill;

    /**
     * Joins the subsystem as one of its controllers.
     *
     * @param subsystem stays the caller's, and open until this controller is closed
     * @param memory where the caller publishes the guest's regions
     * @param doorbells {@link #DOORBELL_BYTES} of native memory that outlive this controller, accessible from all threads; may be mapped
     *     by the guest
     * @param pollerCount number of {@link #pollers()}, at least 1
     * @throws IllegalStateException if the subsystem has such a controller already
     */
    public NvmeController(
            ControllerOptions options,
            NvmSubsystem subsystem,
            GuestMemory memory,
            MemorySegment doorbells,
            InterruptSink interrupts,
            int pollerCount) {
        this(options, subsystem, memory, doorbells, interrupts, pollerCount, monotonicMillis());
    }

    /** As the other constructor, with a clock: milliseconds since whenever, which never go back. */
    public NvmeController(
            ControllerOptions options,
            NvmSubsystem subsystem,
            GuestMemory memory,
            MemorySegment doorbells,
            InterruptSink interrupts,
            int pollerCount,
            LongSupplier clockMillis) {
        if (pollerCount < 1) {
            throw new IllegalArgumentException("a controller needs a poller");
        }
        String name = subsystem.identity().serial() + "/" + options.controllerId();
        shared = new SharedState(memory, new DoorbellPage(doorbells), interrupts, name, options.transferBytes());
        List<QueuePoller> pollers = new ArrayList<>();
        for (int i = 0; i < pollerCount; i++) {
            pollers.add(new QueuePoller(shared));
        }
        group = new PollerGroup(pollers);
        ioQueues = new IoQueues(group, options.queuePairs());
        balancer = new QueueBalancer(name, group, ioQueues, options.queuePairs());
        registers = new Registers(options);
        share = new SubsystemShare(subsystem, options.controllerId(), group, flushAll);
        context = new AdminContext(shared, group, ioQueues, options, registers, flushAll, share, clockMillis);
        admin = new AdminAgent(shared, context);
        lifecycle = new Lifecycle(shared, group, ioQueues, registers, flushAll, admin, context);
        ControllerParts parts =
                new ControllerParts(shared, group, ioQueues, registers, share, context, admin, lifecycle);
        saver = new ControllerSaver(parts);
        restoreCheck = new RestoreCheck(parts);
        restorer = new ControllerRestorer(parts);
        shared.doorbells.clear();
        share.join();
    }

    /** What makes the control thread call {@link #doWork} soon, from any thread. Before anybody else knows of the controller. */
    public void onWakeUp(Runnable action) {
        share.onWakeUp(action);
        group.pollers().getFirst().watchAdminDoorbells(action);
    }

    /** Whether a poller looks at the admin queue's doorbells, and wakes the control thread when one was written. */
    public boolean adminDoorbellsWatched() {
        return group.pollers().getFirst().polls() && !admin.followsShadowDoorbells();
    }

    /**
     * Who says whether a host may use the controller: why not, in a sentence, or nothing. Asked on the control thread as a host enables it,
     * which then finds CSTS.CFS. Before anybody else knows of the controller.
     */
    public void onEnable(Supplier<Optional<String>> admission) {
        share.admission(admission);
    }

    /** What keeps the controller from being moved to another subsystem, in a sentence; empty if nothing does. */
    public Optional<String> moveRefusal() {
        return share.subsystem().moveRefusal(share);
    }

    /** The agents that execute I/O commands. */
    public List<QueuePoller> pollers() {
        return group.pollers();
    }

    /** Goes on with whatever the control thread has to do. Returns how much was done. */
    public int doWork() {
        try {
            if (share.takeReset()) {
                lifecycle.ownSubsystemReset();
            }
            share.inUse(lifecycle.enabled());
            context.life().lookWhetherBusy();
            int work = share.advance() + lifecycle.advance() + admin.advanceOrphans();
            work += balancer.doWork(mayMoveQueues());
            if (!pauseWanted && lifecycle.processing()) {
                int done = admin.doWork();
                if (done > 0) {
                    // Here, where it is known what the memory was used for, and not in some callback of the library.
                    MemoryFaults.deliver();
                }
                work += done;
                // After the commands: a Keep Alive that waited in the queue came in time.
                if (context.keepAliveExpired()) {
                    lifecycle.fail("the host has not kept the controller alive");
                }
            } else if (!pauseWanted && lifecycle.finishing()) {
                work += admin.finishBegun();
            } else if (pauseWanted && asked == PauseLevel.RUN) {
                work += admin.finishBegun();
                askForPause();
            }
            return work;
        } catch (InternalError e) {
            memoryFault();
            return 1;
        } catch (RuntimeException e) {
            LOG.error("the control thread's work failed in a way that is a fault of this program", e);
            reportFailure();
            lifecycle.fail("a fault of this program, which the log has");
            return 1;
        }
    }

    private boolean mayMoveQueues() {
        return !pauseWanted && lifecycle.processing();
    }

    /**
     * Begins to give a completion queue, with all submission queues that complete there, to another poller. Queues are moved without this
     * when the load is uneven. Control thread.
     *
     * @param poller index in {@link #pollers}
     * @return whether the move has begun: not if there is no such queue, that poller has it, or another one is being moved. It is given up
     *     if commands of the queue take too long, and with a reset
     */
    public boolean moveQueue(int completionQueueId, int poller) {
        CompletionQueue queue = ioQueues.completionQueue(completionQueueId);
        return queue != null
                && mayMoveQueues()
                && balancer.begin(queue, Objects.checkIndex(poller, pollers().size()));
    }

    /** How many times a completion queue has gone from one poller to another. Any thread. */
    public long movedQueues() {
        return balancer.moved();
    }

    /** Index of the poller that has a completion queue, -1 if there is no such queue. Control thread. */
    int pollerOfQueue(int completionQueueId) {
        CompletionQueue queue = ioQueues.completionQueue(completionQueueId);
        return queue == null ? -1 : ioQueues.pollerOf(queue);
    }

    /** For tests: what tells the time by which the load is measured, in nanoseconds. */
    void balanceClock(LongSupplier nanos) {
        balancer.clock(nanos);
    }

    private void reportFailure() {
        try {
            if (!pauseWanted && lifecycle.processing()) {
                admin.reportFailure();
            }
        } catch (RuntimeException | InternalError e) {
            LOG.error("the host could not be told of a failure", e);
        }
    }

    private static LongSupplier monotonicMillis() {
        long start = System.nanoTime();
        return () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    }

    /** To be called when an {@link InternalError} surfaced outside {@link #doWork}: see {@link QueuePoller#memoryFault}. */
    public void memoryFault() {
        lifecycle.memoryFault("the guest took memory away that its admin queue used");
    }

    /** Whether something is under way that will go on by itself, so that {@link #doWork} should be called again soon. */
    public boolean inTransition() {
        return lifecycle.inTransition() || admin.busy() || share.changing() || (mayMoveQueues() && balancer.moving());
    }

    /** Whether a host has enabled it, so that its admin doorbell has to be polled where it is mapped. */
    public boolean enabled() {
        return lifecycle.enabled();
    }

    /**
     * A read of BAR0. What is reserved reads as zeroes.
     *
     * @param into receives as many bytes as it has
     */
    public void readBar0(long offset, MemorySegment into) {
        long length = into.byteSize();
        if (offset % DWORD_BYTES == 0 && length % DWORD_BYTES == 0) {
            for (long i = 0; i < length; i += DWORD_BYTES) {
                LittleEndian.putU32(into, i, readDword(offset + i));
            }
            return;
        }
        for (long i = 0; i < length; i++) {
            long at = offset + i;
            int shift = (int) (at % DWORD_BYTES) * Byte.SIZE;
            LittleEndian.putU8(into, i, readDword(at - at % DWORD_BYTES) >>> shift);
        }
    }

    /**
     * A write to BAR0. Accesses that are not one or two whole dwords have no effect (Base 2.1, section 3.1.4 leaves them
     * undefined), nor have those to what is reserved.
     */
    public void writeBar0(long offset, MemorySegment from) {
        long length = from.byteSize();
        if (offset % DWORD_BYTES != 0 || (length != DWORD_BYTES && length != QWORD_BYTES)) {
            shared.mistakes.warn(() -> "write of %d bytes to BAR0 offset %x ignored".formatted(length, offset));
            return;
        }
        for (long i = 0; i < length; i += DWORD_BYTES) {
            writeDword(offset + i, LittleEndian.i32(from, i));
        }
    }

    /** Asks everybody to leave guest memory alone, as soon as possible: see {@link PauseLevel#QUIET}. Idempotent. */
    public void pause() {
        pause(false);
    }

    /**
     * Asks everybody to leave guest memory alone. May be called again to ask for the other of the two.
     *
     * @param toStop in order to stop the controller, for its state to be saved: admin commands that were begun end first, and in the back
     *     ends nothing goes on, at the price of a longer pause. {@link #stoppable} says what it waits for
     */
    public void pause(boolean toStop) {
        pauseWanted = true;
        stopWanted = toStop;
        askForPause();
    }

    /**
     * Asks that every command that was fetched completes and nobody touches guest memory afterwards, for {@link #close}. What is held in
     * a pause that was reached already stays held, and {@link #close} drops it.
     */
    public void drain() {
        boolean pausedBefore = paused();
        pauseWanted = true;
        stopWanted = false;
        ask(pausedBefore ? PauseLevel.STOP : PauseLevel.DRAIN);
    }

    private void askForPause() {
        boolean adminFirst = stopWanted && (lifecycle.processing() || lifecycle.finishing()) && admin.holdsUp();
        ask(adminFirst ? PauseLevel.RUN : stopWanted ? PauseLevel.STOP : PauseLevel.QUIET);
    }

    private void ask(PauseLevel level) {
        if (level == asked || (level == PauseLevel.QUIET && paused())) {
            return;
        }
        if (paused()) {
            takeMemory();
        }
        asked = level;
        if (level == PauseLevel.RUN) {
            group.release(PollerGroup.Reason.QUIESCE);
        } else {
            group.request(PollerGroup.Reason.QUIESCE, level);
        }
    }

    /** Whether guest memory is left alone, by the pollers and by the back ends. */
    public boolean paused() {
        return pauseWanted && asked != PauseLevel.RUN && group.reached(asked);
    }

    /**
     * Why the controller cannot be stopped now; empty if it can, after {@link #pause(boolean) pause(true)}. Commands that can be executed
     * again are no reason: they are held.
     */
    public Optional<String> stoppable() {
        if (share.changing()) {
            return Optional.of("namespaces of the subsystem are about to change");
        }
        if (lifecycle.inTransition()) {
            return Optional.of("the controller is being disabled or shut down");
        }
        if (admin.busy()) {
            return Optional.of("an admin command is under way");
        }
        return group.whyNotStopped();
    }

    /** Ends a pause. Queues are looked for in the memory that is mapped now; what was held is executed. */
    public void resume() {
        if (!pauseWanted) {
            return;
        }
        if (paused()) {
            takeMemory();
            payOwed();
        }
        if (hostStandsStill) {
            hostStandsStill = false;
            context.keepAlive().restart(context.nowMillis());
        }
        ask(PauseLevel.RUN);
        pauseWanted = false;
        stopWanted = false;
    }

    private void takeMemory() {
        if (admin.queue().isEmpty()) {
            // Not enabled: there are no queues, and no need for a table between two regions that the guest gives.
            return;
        }
        RegionTable table = shared.memory.table();
        admin.map(table);
        ioQueues.map(table);
    }

    private void payOwed() {
        try {
            restorer.payOwed();
            MemoryFaults.deliver();
        } catch (InternalError e) {
            memoryFault();
        }
    }

    /** How many I/O commands the host has announced and nobody has fetched, as far as the doorbells were looked at. While {@link #paused}. */
    public int announcedCommands() {
        int count = 0;
        for (SubmissionQueue queue : ioQueues.submissionQueues()) {
            count += queue.available();
        }
        return count;
    }

    /**
     * All that a host would notice the loss of. While {@link #paused} and {@link #stoppable}, and the host stands still. Changes nothing but
     * that doorbells count which the host has rung: afterwards this controller may be resumed, or save once more.
     *
     * @param pci what the transport knows
     * @param pendingVectors interrupts that the transport was given and has not delivered
     * @throws IllegalStateException if it cannot be saved now; the message says what it waits for
     */
    public ControllerState save(PciState pci, Collection<Integer> pendingVectors) {
        // A poller may have run into a fault that nobody has looked at.
        int ignored = lifecycle.advance();
        requireStopped();
        try {
            saver.readDoorbells();
            MemoryFaults.deliver();
        } catch (InternalError e) {
            memoryFault();
        }
        hostStandsStill = true;
        return saver.save(pci, pendingVectors);
    }

    private void requireStopped() {
        if (!paused()) {
            throw new IllegalStateException("the controller is not paused");
        }
        stoppable().ifPresent(why -> {
            throw new IllegalStateException("the controller has not stopped: " + why);
        });
    }

    /** As {@link #save(PciState, Collection)}, with no pending interrupts. */
    public ControllerState save(PciState pci) {
        return save(pci, List.of());
    }

    /**
     * Whether this controller can become what a state from elsewhere says. Changes nothing.
     *
     * @param storage what becomes of the namespaces' content: if it is shared, the namespaces have to be the very same
     * @throws StateRefusedException if it cannot; the message says why in a sentence
     */
    public void checkRestorable(ControllerState state, StorageMode storage) {
        restoreCheck.check(state, storage);
    }

    /**
     * Becomes what a state from elsewhere says. The controller stays {@link #paused}; {@link #resume} then looks for the queues in
     * guest memory, posts what is to be posted, and interrupts the host for all that it may not have been told of.
     *
     * @throws StateRefusedException as {@link #checkRestorable} does; nothing has changed
     * @throws IllegalStateException if it is not paused, or a host has enabled it, or it failed or was shut down since its last reset
     */
    public void restore(ControllerState state, StorageMode storage) {
        requireStopped();
        if (!lifecycle.untouched()) {
            throw new IllegalStateException("a controller that has a host, or failed, cannot become another: reset it");
        }
        checkRestorable(state, storage);
        try {
            restorer.restore(state);
            hostStandsStill = true;
        } catch (RuntimeException e) {
            lifecycle.reset();
            throw e;
        }
    }

    /**
     * Brings everything back to where it is after power-on; complete at once if {@link #paused}, otherwise when the pollers have
     * drained.
     */
    public void reset() {
        registers.forgetSubsystemReset();
        lifecycle.reset();
    }

    /**
     * Gives the back ends' channels up and leaves the subsystem, whose other controllers wait for this one no longer. While {@link
     * #paused} after {@link #drain}; nothing but another close may follow. Idempotent.
     *
     * @throws IllegalStateException if commands are outstanding
     */
    @Override
    public void close() {
        for (QueuePoller poller : group.pollers()) {
            poller.close();
        }
        flushAll.close();
        share.leave();
    }

    private int readDword(long offset) {
        if (offset < ControllerRegisters.DOORBELLS) {
            return registers.read((int) offset, lifecycle);
        }
        long doorbell = offset - ControllerRegisters.DOORBELLS;
        return doorbell < DOORBELL_BYTES ? shared.doorbells.read(doorbell) : 0;
    }

    private void writeDword(long offset, int value) {
        if (offset < ControllerRegisters.DOORBELLS) {
            registers.write((int) offset, value, lifecycle);
        } else {
            ringDoorbell(offset, value);
        }
    }

    private void ringDoorbell(long offset, int value) {
        long index = (offset - ControllerRegisters.DOORBELLS) / DWORD_BYTES;
        int queueId = (int) Math.min(index / 2, Integer.MAX_VALUE);
        boolean tail = index % 2 == 0;
        boolean exists = queueId == 0
                ? lifecycle.enabled()
                : (tail ? ioQueues.submissionQueue(queueId) : ioQueues.completionQueue(queueId)) != null;
        if (!exists) {
            shared.invalidDoorbellRegister(offset);
            return;
        }
        if (tail) {
            shared.doorbells.putSubmissionTail(queueId, value);
        } else {
            shared.doorbells.putCompletionHead(queueId, value);
        }
        if (queueId > 0) {
            ioQueues.rung(tail, queueId);
        }
    }
}
