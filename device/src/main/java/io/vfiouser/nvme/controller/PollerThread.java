package io.vfiouser.nvme.controller;

import io.vfiouser.os.MemoryFaults;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;

/**
 * The thread of a {@link QueuePoller}.
 *
 * <p>No wake-up is lost: the thread announces its sleep, then looks once more, then sleeps; whoever brings work makes it visible first
 * and looks for the announcement afterwards, with a full fence between the two on either side. A host with shadow doorbells does the same
 * with the event index: it stores the doorbell, then looks whether the thread wants the register written.
 */
public final class PollerThread implements AutoCloseable {
    /** A bound for sleeps that only a wake-up is meant to end. */
    private static final long LONGEST_NANOS = 1_000_000_000L;
    /** Passes without work before a thread that spins first may sleep, however long they took: some 10 µs. */
    private static final int LEAST_IDLE_PASSES = 200;

    private final QueuePoller poller;
    private final PollerLoad load;
    private final long spinNanos;
    private final long firstSleepNanos;
    private final long longestSleepNanos;
    private final int leastIdlePasses;
    private final long wakeUpNanos;
    private final Runnable onStart;
    private final Thread thread;
    private volatile boolean stopping;
    private volatile boolean asleep;
    private boolean idle;
    private long idleSince;
    private long nextSleep;
    private int idlePasses;
    private long lastLook;

    /**
     * @param onStart runs first on the new thread, to pin it to a processor for instance
     */
    public PollerThread(QueuePoller poller, IdlePolicy policy, String name, Runnable onStart) {
        this(poller, policy, name, onStart, LONGEST_NANOS);
    }

    /** For tests that wake-ups are not lost: {@code wakeUpNanos} is after what time a sleep ends that only a wake-up is meant to end. */
    PollerThread(QueuePoller poller, IdlePolicy policy, String name, Runnable onStart, long wakeUpNanos) {
        this.poller = poller;
        this.load = poller.load();
        this.wakeUpNanos = wakeUpNanos;
        this.spinNanos = policy.spin().toNanos();
        this.firstSleepNanos = policy.firstSleep().toNanos();
        this.longestSleepNanos = policy.longestSleep().toNanos();
        this.leastIdlePasses = spinNanos > 0 ? LEAST_IDLE_PASSES : 0;
        this.onStart = onStart;
        this.thread = Thread.ofPlatform().name(name).daemon(true).unstarted(this::run);
        poller.standStill().onWakeUp(this::wakeUp);
    }

    public void start() {
        thread.start();
    }

    /** Ends the thread after its present pass, and waits for that. */
    @Override
    public void close() {
        stopping = true;
        LockSupport.unpark(thread);
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void wakeUp() {
        VarHandle.fullFence();
        if (asleep) {
            LockSupport.unpark(thread);
        }
    }

    private void run() {
        onStart.run();
        while (!stopping) {
            try {
                pollOnce();
            } catch (Throwable second) {
                // The poller knows of the first; whatever this is, the thread stays, or nobody could pause the device
                // any more.
                Thread.onSpinWait();
            }
        }
    }

    private void pollOnce() {
        try {
            if (!poll()) {
                // A pass that did something has asked for them.
                MemoryFaults.deliver();
            }
        } catch (InternalError e) {
            poller.memoryFault(e);
        } catch (Throwable t) {
            poller.passFailed(t);
        }
    }

    /** Returns whether it did something. */
    private boolean poll() {
        int work = poller.doWork();
        if (work > 0) {
            idle = false;
            return true;
        }
        if (!poller.quiet() && spinning()) {
            Thread.onSpinWait();
            return false;
        }
        asleep = true;
        poller.arm();
        VarHandle.fullFence();
        work = poller.doWork();
        if (work == 0 && !stopping) {
            // Whether it may sleep long is decided after the announcement: a queue that comes later wakes it.
            long nanos = poller.quiet() ? wakeUpNanos : Math.min(nextSleep, wakeUpNanos);
            sleep(Math.min(nanos, poller.nanosUntilDue()));
        }
        asleep = false;
        idle = idle && work == 0;
        nextSleep = Math.min(2 * nextSleep, longestSleepNanos);
        return false;
    }

    private void sleep(long nanos) {
        load.fallsAsleep(System.nanoTime());
        LockSupport.parkNanos(this, nanos);
        lastLook = System.nanoTime();
        load.wakesUp(lastLook);
    }

    private boolean spinning() {
        long now = System.nanoTime();
        if (!idle) {
            idle = true;
            idleSince = now;
            nextSleep = firstSleepNanos;
            idlePasses = 0;
        } else {
            // Its own clock reading serves to tell how busy it is, so that passes with work need none.
            load.idle(now - lastLook);
        }
        lastLook = now;
        // The clock alone would send a thread to sleep that merely lost its processor for that long.
        idlePasses++;
        return now - idleSince < spinNanos || idlePasses < leastIdlePasses;
    }
}
