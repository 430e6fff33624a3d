package io.vfiouser.server;

import io.vfiouser.os.PollSet;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread of a context: accepts a client, serves its messages, sends pending interrupts, completes pauses, and listens again within
 * milliseconds when the client is gone. It sleeps in {@code poll(2)} when there is nothing to do.
 *
 * <p>A test (or an event loop that has a thread already) steps it by hand instead: never call {@link #start}, and call
 * {@link #doWork} on one thread.
 */
public final class ContextRunner implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ContextRunner.class);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(20);
    private static final Duration LONGEST_SLEEP = Duration.ofMinutes(1);
    private static final long STACK_BYTES = 4 << 20;
    private static final int CLIENT_SLOT = 0;
    private static final int WAKE_SLOT = 1;
    private static final int SLOTS = 2;

    private final DeviceContext context;
    private final PollSet waiting = new PollSet(SLOTS);
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread thread;
    private volatile boolean stopping;
    private boolean started;

    /** Makes a runner for a context, which it closes in the end. */
    public ContextRunner(DeviceContext context) {
        this(context, "vfio-user-" + context.socketPath().getFileName());
    }

    /** Makes a runner with a name for its thread. */
    public ContextRunner(DeviceContext context, String threadName) {
        this.context = context;
        // Callbacks must never exhaust the stack: an exception there ends the JVM.
        this.thread =
                Thread.ofPlatform().name(threadName).stackSize(STACK_BYTES).unstarted(this::loop);
    }

    /** Starts the thread; once. */
    public synchronized ContextRunner start() {
        if (started) {
            throw new IllegalStateException("the runner was started before");
        }
        started = true;
        thread.start();
        return this;
    }

    /** The context. */
    public DeviceContext context() {
        return context;
    }

    /** Runs a task on the context's thread, soon; tasks run in order. Any thread. What it throws is logged. */
    public void execute(Runnable task) {
        tasks.add(task);
        context.wakeUp();
    }

    /** Has {@link #await} return, now or the next time. Any thread; allocates nothing. */
    public void wakeUp() {
        context.wakeUp();
    }

    /**
     * One round without waiting: whatever is there to be done. The context's thread.
     *
     * @return how many things were done; 0 says that there is nothing to do until {@link DeviceContext#pollFd} or
     *     {@link DeviceContext#wakeFd} is readable
     */
    public int doWork() {
        int work = context.service();
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            runTask(task);
            work++;
        }
        if (context.isQuiescePending()) {
            return work;
        }
        if (!context.isAttached()) {
            return work + (context.attach() ? 1 : 0);
        }
        return switch (context.run()) {
            case IDLE -> work;
            case HANDLED, QUIESCING, DISCONNECTED -> work + 1;
        };
    }

    private static void runTask(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            LOG.error("a task on the context's thread failed", e);
        }
    }

    private void loop() {
        try {
            while (!stopping) {
                if (doWork() == 0) {
                    await(LONGEST_SLEEP);
                }
            }
        } catch (Throwable t) {
            LOG.error("the thread of {} ends, and with it the device", context.socketPath(), t);
        } finally {
            try {
                context.close();
            } catch (Throwable t) {
                LOG.error("closing {} failed", context.socketPath(), t);
            } finally {
                ended.countDown();
            }
        }
    }

    /** Waits until there may be something to do, or the time is over. The context's thread. */
    public void await(Duration longest) {
        if (context.isQuiescePending()) {
            // The library serves nothing until the device has paused, so a readable client would only make this spin.
            waiting.clear(CLIENT_SLOT);
        } else {
            waiting.watchReadable(CLIENT_SLOT, context.pollFd());
        }
        waiting.watchReadable(WAKE_SLOT, context.wakeFd());
        int ignored = waiting.await(longest);
    }

    /** Asks the thread to end, without waiting for it. Any thread. */
    public void stop() {
        stopping = true;
        context.wakeUp();
        // A negotiation under way would hold the thread until the client timeout.
        context.disconnect();
    }

    /** Waits for the thread to have ended and the context to be closed. Any other thread. */
    public boolean awaitStopped(Duration longest) throws InterruptedException {
        return ended.await(longest.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Whether the thread has ended, by {@link #stop} or by a failure. Any thread. */
    public boolean hasEnded() {
        return ended.getCount() == 0;
    }

    /**
     * Stops the thread and closes the context; a runner stepped by hand closes the context itself. Idempotent.
     *
     * @throws IllegalStateException if the thread does not end, since a callback of the device does not
     */
    @Override
    public void close() {
        boolean wasStarted;
        synchronized (this) {
            wasStarted = started;
            started = true;
        }
        if (!wasStarted) {
            stopping = true;
            context.close();
            ended.countDown();
            return;
        }
        if (hasEnded()) {
            return;
        }
        stop();
        boolean interrupted = false;
        long end = System.nanoTime() + STOP_TIMEOUT.toNanos();
        while (!hasEnded()) {
            long left = end - System.nanoTime();
            if (left <= 0) {
                throw new IllegalStateException("the thread " + thread.getName() + " does not end");
            }
            try {
                boolean ignored = awaitStopped(Duration.ofNanos(left));
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
