package io.vfiouser.nvme.driver;

import io.vfiouser.os.ErrnoException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the socket at every tick, and counts ticks: queues learn from it that the server is gone and how long a command has
 * been waiting, for the price of one plain load where nothing completes.
 */
final class Watchdog implements AutoCloseable {

    static final int TICK_MILLIS = 50;

    private final BooleanSupplier paused;
    private final Thread thread;
    private volatile BooleanSupplier serverClosed;
    private volatile String serverName;
    private volatile int tick = 1;
    private volatile boolean stopped;
    private volatile @Nullable String lost;

    /** {@code serverClosed} is asked at every tick, and by {@link #serverGone} on its caller's thread. */
    Watchdog(BooleanSupplier serverClosed, String serverName) {
        this(serverClosed, serverName, () -> false);
    }

    /** {@code paused}: whether the guest is; its time stands still then, and a server that goes away in that time may be replaced. */
    Watchdog(BooleanSupplier serverClosed, String serverName, BooleanSupplier paused) {
        this.paused = paused;
        this.serverClosed = serverClosed;
        this.serverName = serverName;
        this.thread = Thread.ofPlatform().daemon().name("nvme-driver-watchdog").unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** Looks at another server from now on. The guest is paused. */
    synchronized void switchTo(BooleanSupplier otherClosed, String otherName) {
        serverClosed = otherClosed;
        serverName = otherName;
        lost = null;
    }

    /** Rises by one every {@link #TICK_MILLIS} that the guest is not paused; never 0. */
    int tick() {
        return tick;
    }

    static int ticks(long millis) {
        return (int) Math.min(Integer.MAX_VALUE / 2, millis / TICK_MILLIS + 2);
    }

    /** Throws if the server is gone. Any thread. */
    void check() {
        String reason = lost;
        if (reason != null) {
            throw new NvmeDisconnectedException(reason);
        }
    }

    /** Looks now instead of at the next tick: for who got a broken pipe and wants to know why. */
    synchronized boolean serverGone() {
        return lost != null || hungUp();
    }

    private boolean hungUp() {
        try {
            return serverClosed.getAsBoolean();
        } catch (ErrnoException | IllegalStateException e) {
            // The descriptor is closed already.
            return true;
        }
    }

    private void run() {
        while (!stopped) {
            if (!paused.getAsBoolean()) {
                look();
                int next = tick + 1;
                tick = next == 0 ? 1 : next;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(TICK_MILLIS));
        }
    }

    private synchronized void look() {
        if (lost == null && hungUp() && !stopped) {
            lost = "the server behind " + serverName
                    + " is gone: its process ended or it closed the connection; commands in flight have no result";
        }
    }

    /** To be called before the socket is closed: the kernel gives its number to the next who opens something. */
    @Override
    public void close() {
        stopped = true;
        LockSupport.unpark(thread);
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
