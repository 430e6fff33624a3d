package io.vfiouser.nvme;

import io.vfiouser.nvme.controller.NvmeController;
import io.vfiouser.server.ContextRunner;
import io.vfiouser.server.DeviceContext;
import io.vfiouser.server.MigrationState;
import io.vfiouser.server.Quiesce;
import io.vfiouser.server.QuiesceHandler;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The control thread of a device: serves the client's messages and executes admin commands. While a guest has enabled the controller,
 * rings mapped doorbells and has no I/O queue yet, it looks at the admin doorbell at least every {@link #LONGEST_NAP}; afterwards a poller
 * looks for it, so that it need not push that poller from a processor that they share. Otherwise it sleeps until something comes.
 */
final class ControlLoop implements QuiesceHandler {
    /** The most that an admin command waits for being noticed where doorbells are mapped. */
    static final Duration LONGEST_NAP = Duration.ofMillis(4);

    private static final Logger LOG = LoggerFactory.getLogger(ControlLoop.class);
    private static final Duration SHORTEST_NAP = Duration.ofMillis(1);
    /** A poller looks at the admin doorbell; what else there is to do has time. */
    private static final Duration WATCHED_NAP = Duration.ofMillis(50);

    private static final Duration TRAPPED_NAP = Duration.ofMillis(200);
    private static final Duration DISABLED_NAP = Duration.ofMinutes(1);
    /** Passes without work before the thread sleeps: what follows a message often comes at once. */
    private static final int PASSES_BEFORE_NAP = 200;

    private static final int NAPS_OF_SHORTEST_LENGTH = 100;
    private static final long QUIESCE_SPIN_NANOS = 20_000;
    private static final long QUIESCE_WAIT_NANOS = 2_000_000;
    /** More commands than are executed while a mover turns its guest to this device. */
    private static final int LONG_BACKLOG = 128;

    /** What that takes, about. */
    private static final long TURN_NANOS = 200_000;

    private static final long STACK_BYTES = 4 << 20;
    private static final long DRAIN_POLL_NANOS = 50_000;
    private static final long DRAIN_PATIENCE_NANOS = 5_000_000_000L;

    /** How long outstanding commands may keep a migration from stopping the device. */
    static final Duration STOP_BUDGET = Duration.ofMillis(100);

    private final NvmeController controller;
    private final DeviceMigration migration;
    private final boolean mappedDoorbells;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean stopping;
    private int idlePasses;
    private boolean pausingToMigrate;
    private long pauseBegan;

    ControlLoop(NvmeController controller, DeviceMigration migration, boolean mappedDoorbells) {
        this.controller = controller;
        this.migration = migration;
        this.mappedDoorbells = mappedDoorbells;
    }

    /** Starts the thread, which closes the context in the end. */
    void start(ContextRunner runner, String name) {
        Thread thread = Thread.ofPlatform().name(name).stackSize(STACK_BYTES).unstarted(() -> run(runner));
        thread.start();
    }

    /** Asks the thread to end. Any thread. */
    void stop(ContextRunner runner) {
        stopping = true;
        runner.execute(() -> {});
        if (!runner.context().isAttached()) {
            // Somebody who has connected and says nothing would hold the thread until the client timeout.
            runner.context().disconnect();
        }
    }

    void awaitEnd() throws InterruptedException {
        ended.await();
    }

    boolean hasEnded() {
        return ended.getCount() == 0;
    }

    @Override
    public Quiesce quiesce() {
        return pause(false);
    }

    /** Bounded by {@link #STOP_BUDGET}: the transition looks whether the device really stands still, and is refused if not. */
    @Override
    public Quiesce quiesceToMigrate() {
        return pause(true);
    }

    /** Waits for the pollers a little, since most pauses are over at once. */
    private Quiesce pause(boolean toMigrate) {
        controller.pause(toMigrate);
        long start = System.nanoTime();
        pausingToMigrate = toMigrate;
        pauseBegan = start;
        long waited = 0;
        while (!controller.paused() && waited < QUIESCE_WAIT_NANOS) {
            if (waited < QUIESCE_SPIN_NANOS) {
                Thread.onSpinWait();
            } else {
                // The poller may need this very processor.
                LockSupport.parkNanos(this, QUIESCE_SPIN_NANOS);
            }
            waited = System.nanoTime() - start;
        }
        return controller.paused() ? Quiesce.DONE : Quiesce.PENDING;
    }

    @Override
    public void resumed() {
        if (!migration.stopped()) {
            letTheMoverGoFirst();
            controller.resume();
        }
    }

    /**
     * The mover has its answer now, and only has to let the guest go on, which waits for that. Were hundreds of commands executed first, the mover
     * could wait for a processor for longer than all of the move takes.
     */
    private void letTheMoverGoFirst() {
        if (migration.takeArrival() && controller.announcedCommands() > LONG_BACKLOG) {
            LockSupport.parkNanos(this, TURN_NANOS);
        }
    }

    private boolean pauseIsOver() {
        return controller.paused() || (pausingToMigrate && System.nanoTime() - pauseBegan > STOP_BUDGET.toNanos());
    }

    private void run(ContextRunner runner) {
        try {
            while (!stopping) {
                try {
                    pass(runner);
                } catch (InternalError e) {
                    LOG.error("guest memory went away while it was used", e);
                    controller.memoryFault();
                }
            }
        } catch (Throwable t) {
            LOG.error("the control thread ends, and with it the device", t);
        } finally {
            end(runner);
        }
    }

    private void pass(ContextRunner runner) {
        int work = runner.doWork();
        DeviceContext context = runner.context();
        if (context.isQuiescePending() && pauseIsOver()) {
            var ignored = context.quiesced();
            work++;
        }
        work += controller.doWork();
        if (work > 0) {
            idlePasses = 0;
        } else {
            migration.tellNews();
            idle(runner, context);
        }
    }

    private void idle(ContextRunner runner, DeviceContext context) {
        idlePasses++;
        boolean waiting = controller.inTransition() || context.isQuiescePending();
        // The other side and the mover need the processors now, and being woken takes no longer than sharing one with a
        // thread that spins.
        boolean moving = context.migrationState() != MigrationState.RUNNING;
        boolean watched = mappedDoorbells && controller.adminDoorbellsWatched();
        if (idlePasses < PASSES_BEFORE_NAP && (waiting || (controller.enabled() && !moving && !watched))) {
            Thread.onSpinWait();
        } else if (waiting) {
            runner.await(SHORTEST_NAP);
        } else if (!controller.enabled()) {
            runner.await(DISABLED_NAP);
        } else if (watched) {
            runner.await(WATCHED_NAP);
        } else if (mappedDoorbells) {
            boolean recent = idlePasses < PASSES_BEFORE_NAP + NAPS_OF_SHORTEST_LENGTH;
            runner.await(recent ? SHORTEST_NAP : LONGEST_NAP);
        } else {
            runner.await(TRAPPED_NAP);
        }
    }

    private void drain() {
        controller.drain();
        long start = System.nanoTime();
        boolean warned = false;
        while (!controller.paused()) {
            LockSupport.parkNanos(this, DRAIN_POLL_NANOS);
            if (!warned && System.nanoTime() - start > DRAIN_PATIENCE_NANOS) {
                warned = true;
                LOG.warn("still waiting for commands that a back end has not finished");
            }
        }
    }

    private void end(ContextRunner runner) {
        try {
            migration.tellNews();
            drain();
            DeviceContext context = runner.context();
            if (context.isQuiescePending()) {
                // It ends the pause, and the context must not go while pollers use its memory and interrupts.
                var ignored = context.quiesced();
                drain();
            }
            context.close();
        } catch (RuntimeException | Error e) {
            LOG.error("closing the device failed", e);
        } finally {
            leaveSubsystem();
            ended.countDown();
        }
    }

    /** Also if nobody closes the device that has failed: other controllers would stand still for this one for ever. */
    private void leaveSubsystem() {
        try {
            if (controller.paused()) {
                controller.close();
            }
        } catch (RuntimeException | Error e) {
            LOG.error("leaving the subsystem failed", e);
        }
    }
}
