package io.vfiouser.nvme.driver;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The threads that use a driver: the guest's virtual processors, which all stand still while its device moves.
 *
 * <p>A thread that is inside runs until it comes to a safe point: the start of a poll, a wait for a command, a sleep for an interrupt.
 * There it stands while the guest is paused, with nothing half done: a command is in its queue and what it points to is reported as
 * written, or neither. The driver enters and leaves by itself in each of its methods. A thread that fills a buffer and submits it
 * afterwards <b>must</b> enter before it fills and leave after it has submitted, or the pause may fall in between and the filling be lost
 * with the memory that was left behind; the threads of {@code workload} do so for their whole run.
 *
 * <p>A safe point costs one volatile load while nobody pauses. Any thread.
 */
public final class GuestThreads {

    private static final long LOOK_NANOS = 50_000;

    /** Here and not with the threads: one that goes on after the driver would keep the driver. */
    private final Map<Thread, GuestThread> all = new ConcurrentHashMap<>();

    private volatile boolean pausing;
    private volatile @Nullable Thread pauser;
    private volatile int pauses;
    private volatile long pausedNanos;
    private volatile long pausedSince;
    private volatile @Nullable String ended;
    private final Set<Integer> moves = new ConcurrentSkipListSet<>();

    GuestThreads() {}

    /** Enters; waits while the guest is paused. May be nested. */
    public GuestThread enter() {
        GuestThread thread = own();
        thread.enter();
        return thread;
    }

    /** Lets the calling thread stand here while the guest is paused; returns at once if it is not, or if the thread is outside. */
    public void safePoint() {
        if (pausing) {
            GuestThread thread = own();
            if (thread.hasEntered()) {
                thread.stand();
                thread.runAgain();
            }
        }
    }

    /** Before the calling thread goes to sleep: a pause does not wait for it. {@link #afterSleep} must follow. */
    void beforeSleep() {
        GuestThread thread = own();
        if (thread.hasEntered()) {
            thread.stand();
        }
    }

    /** Waits while the guest is paused. */
    void afterSleep() {
        GuestThread thread = own();
        if (thread.hasEntered()) {
            thread.runAgain();
        }
    }

    /** How often the guest was paused: rises before the threads run again. */
    public int pauses() {
        return pauses;
    }

    /** Whether the device moved in that pause; they are counted from 0. */
    public boolean movedIn(int pause) {
        return moves.contains(pause);
    }

    /** Notes that the device moved in the pause at hand. */
    void moved() {
        moves.add(pauses);
    }

    /**
     * Lets nobody run on: threads that stand, or come to a safe point, end with {@link NvmeDisconnectedException}. For good;
     * the first reason counts.
     */
    synchronized void end(String reason) {
        if (ended == null) {
            ended = reason;
        }
        pausing = true;
        wakeAll();
    }

    /** Like {@link System#nanoTime}, but stands still while the guest is paused: for time-outs. */
    public long unpausedNanoTime() {
        long since = pausedSince;
        return (pausing && since != 0 ? since : System.nanoTime()) - pausedNanos;
    }

    /** Whether threads stand, or have to at the next safe point. */
    boolean pausing() {
        return pausing;
    }

    /**
     * Returns when no thread is inside but those at safe points; they stand until {@link #resume}.
     *
     * @param longest how long to wait for threads on their way to a safe point
     * @throws NvmeTimeoutException if one does not come to a safe point in time; all run on then
     * @throws IllegalStateException if the guest is paused already, or the calling thread is inside itself
     */
    void pause(Duration longest) {
        if (own().hasEntered()) {
            throw new IllegalStateException("thread " + Thread.currentThread().getName()
                    + " uses the guest's queues: it cannot wait until nobody does");
        }
        synchronized (this) {
            if (pausing) {
                throw new IllegalStateException("the guest is paused already");
            }
            pauser = Thread.currentThread();
            pausedSince = 0;
            pausing = true;
        }
        long deadline = System.nanoTime() + longest.toNanos();
        List<GuestThread> inside = inside();
        while (!inside.isEmpty()) {
            if (System.nanoTime() - deadline > 0) {
                resume();
                throw new NvmeTimeoutException("the guest cannot be paused: " + describe(inside)
                        + " did not come to a safe point within " + longest.toMillis()
                        + " ms; threads that do other things than polling must leave the guest first");
            }
            LockSupport.parkNanos(LOOK_NANOS);
            inside = inside();
        }
        pausedSince = nonZero(System.nanoTime());
    }

    /** Lets the threads run on. Does nothing if the guest is not paused. Any thread. */
    synchronized void resume() {
        if (!pausing || ended != null) {
            return;
        }
        long since = pausedSince;
        if (since != 0) {
            pausedNanos += System.nanoTime() - since;
            pauses++;
        }
        pauser = null;
        pausing = false;
        wakeAll();
    }

    private void wakeAll() {
        all.keySet().forEach(LockSupport::unpark);
    }

    void someoneStands() {
        Thread waiting = pauser;
        if (waiting != null) {
            LockSupport.unpark(waiting);
        }
    }

    /** @throws NvmeDisconnectedException if the guest does not go on here */
    void awaitOpen() {
        boolean interrupted = false;
        while (pausing && ended == null) {
            LockSupport.park(this);
            interrupted |= Thread.interrupted();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        String reason = ended;
        if (reason != null) {
            throw new NvmeDisconnectedException(reason);
        }
    }

    private GuestThread own() {
        GuestThread known = all.get(Thread.currentThread());
        return known == null ? register(Thread.currentThread()) : known;
    }

    private GuestThread register(Thread thread) {
        all.keySet().removeIf(known -> !known.isAlive());
        GuestThread registered = new GuestThread(this, thread);
        all.put(thread, registered);
        return registered;
    }

    /** A thread that died inside uses nothing any more. */
    private List<GuestThread> inside() {
        return all.values().stream()
                .filter(thread -> thread.isInside() && thread.isAlive())
                .toList();
    }

    private static String describe(List<GuestThread> inside) {
        List<String> names =
                inside.stream().map(thread -> thread.thread().getName()).toList();
        return (names.size() == 1 ? "thread " : "threads ") + String.join(", ", names);
    }

    private static long nonZero(long nanos) {
        return nanos == 0 ? 1 : nanos;
    }
}
