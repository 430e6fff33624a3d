package io.vfiouser.nvme.driver;

/**
 * A thread as {@link GuestThreads} sees it: a virtual processor that runs, or stands at a safe point. Owned by its thread, which alone
 * enters and leaves; others look whether it is inside.
 */
public final class GuestThread implements AutoCloseable {

    private final GuestThreads threads;
    private final Thread thread;
    private int depth;
    private volatile boolean inside;

    GuestThread(GuestThreads threads, Thread thread) {
        this.threads = threads;
        this.thread = thread;
    }

    /** Whether the calling thread is this one, and is between {@link GuestThreads#enter} and {@link #close}. */
    boolean isInsideHere() {
        return thread == Thread.currentThread() && depth > 0;
    }

    boolean hasEntered() {
        return depth > 0;
    }

    void enter() {
        if (depth == 0) {
            runAgain();
        }
        depth++;
    }

    /** From here on this thread touches no guest memory until {@link #runAgain}. */
    void stand() {
        inside = false;
        threads.someoneStands();
    }

    /** Waits while the guest is paused. */
    void runAgain() {
        while (true) {
            // Both are volatile: either the thread that pauses sees this one inside, or this one sees that it must
            // wait.
            inside = true;
            if (!threads.pausing()) {
                return;
            }
            stand();
            threads.awaitOpen();
        }
    }

    boolean isInside() {
        return inside;
    }

    boolean isAlive() {
        return thread.isAlive();
    }

    Thread thread() {
        return thread;
    }

    /** Leaves, once for each time it entered. The thread that entered. */
    @Override
    public void close() {
        if (!isInsideHere()) {
            throw new IllegalStateException("thread " + Thread.currentThread().getName()
                    + " leaves the guest without having entered: it is thread " + thread.getName() + "'s to do");
        }
        if (--depth == 0) {
            stand();
        }
    }
}
