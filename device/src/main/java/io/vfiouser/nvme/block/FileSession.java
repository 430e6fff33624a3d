package io.vfiouser.nvme.block;

import io.vfiouser.os.Errno;
import io.vfiouser.os.RawFile;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One activation of a file device: the open, locked file, the workers, and the gate that knows who uses the descriptor. A new
 * activation is a new session, so that nothing of an old one can reach the file again.
 */
final class FileSession {
    private static final Logger LOG = LoggerFactory.getLogger(FileBlockDevice.class);

    /** Granules as long as most requests, since a request holds all of its own while it changes them. */
    private static final int LOCKED_BYTES = 64 << 10;

    private static final int QUEUE_CAPACITY = 4096;
    private static final long DRAIN_PAUSE_NANOS = 50_000;
    private static final long LOG_PAUSE_NANOS = 1_000_000_000;

    /** What became of an attempt to hand a task over. */
    enum Handover {
        ACCEPTED,
        FULL,
        CLOSED
    }

    final RawFile file;
    final int blockSizeBytes;
    /** Held by workers only, so that pollers never wait. */
    final GranuleLocks locks = new GranuleLocks(LOCKED_BYTES);

    private final TaskQueue<FileTask> queue = new TaskQueue<>(QUEUE_CAPACITY);

    /** One permit per queued task, so that idle workers sleep. */
    private final Semaphore queued = new Semaphore(0);

    /** Channels that found the queue full, and whose pollers may sleep by now. Nearly always empty. */
    private final ConcurrentLinkedQueue<FileBlockChannel> waitingForRoom = new ConcurrentLinkedQueue<>();

    private final int mostWorkers;
    /** How many there are: started when there is something to do, since a session may have to begin in no time. */
    private volatile int workers;

    /** Tasks that are queued or executed, and other users of the descriptor. */
    private final AtomicLong users = new AtomicLong();

    private final Object syncing = new Object();
    private final AtomicLong syncsWanted = new AtomicLong();

    /** The last call of {@link #sync()} that is answered. Guarded by {@link #syncing}. */
    private long syncedUpTo;

    private final AtomicLong lastWarning = new AtomicLong(System.nanoTime() - LOG_PAUSE_NANOS);
    private volatile boolean open = true;
    private volatile boolean stopping;

    /** Whether something was changed since the last {@code fdatasync} began, so that letting go has something to make durable. */
    private volatile boolean changed;

    /** After the kernel failed to write data back it forgets the data: no later flush may claim it durable. */
    private volatile boolean lostWrites;

    /** What the file system cannot do is tried once. All of them only ever change from true to false. */
    volatile boolean durableWrites = true;

    volatile boolean punchesHoles = true;
    volatile boolean zeroesRanges = true;
    volatile boolean readsWithoutWaiting = true;

    FileSession(RawFile file, int blockSizeBytes, int mostWorkers) {
        this.file = file;
        this.blockSizeBytes = blockSizeBytes;
        this.mostWorkers = mostWorkers;
    }

    private synchronized void addWorker() {
        if (workers < mostWorkers && !stopping) {
            Thread thread =
                    new Thread(new FileWorker(this), "block-" + file.path().getFileName() + "-" + workers);
            thread.setDaemon(true);
            thread.start();
            workers++;
        }
    }

    /** Any thread: whether the descriptor may be used until {@link #leave()}. */
    boolean enter() {
        users.incrementAndGet();
        if (open) {
            return true;
        }
        users.decrementAndGet();
        return false;
    }

    void leave() {
        users.decrementAndGet();
    }

    /** A channel's thread. */
    Handover submit(FileTask task) {
        if (!enter()) {
            return Handover.CLOSED;
        }
        task.queued();
        if (!queue.offer(task)) {
            // Announced before the second attempt: if that fails too, some worker takes a task after the announcement.
            waitingForRoom.add(task.channel);
            if (!queue.offer(task)) {
                task.waiting();
                leave();
                return Handover.FULL;
            }
        }
        queued.release();
        if (workers < mostWorkers && queued.availablePermits() > 0) {
            addWorker();
        }
        return Handover.ACCEPTED;
    }

    /** A worker's thread: the next task, each answered by {@link #leave()}; nothing when the session ends. */
    @Nullable
    FileTask next() {
        queued.acquireUninterruptibly();
        while (true) {
            FileTask task = queue.poll();
            if (task != null) {
                wakeWhoWaitsForRoom();
                return task;
            }
            if (stopping) {
                return null;
            }
            // The permit says that there is one: another producer is about to finish its offer.
            Thread.onSpinWait();
        }
    }

    private void wakeWhoWaitsForRoom() {
        if (!waitingForRoom.isEmpty()) {
            FileBlockChannel channel = waitingForRoom.poll();
            if (channel != null) {
                channel.wakeUp();
            }
        }
    }

    /**
     * Makes durable what was written before the call. Calls that wait for one another are answered by one {@code fdatasync}, if it began
     * after them.
     */
    BlockStatus sync() {
        long ticket = syncsWanted.incrementAndGet();
        synchronized (syncing) {
            if (syncedUpTo < ticket && !lostWrites) {
                long covered = syncsWanted.get();
                // Before the call: what ends during it may not be covered.
                changed = false;
                int result = file.sync();
                if (result < 0) {
                    lostWrites();
                    warn("flush", result);
                }
                syncedUpTo = covered;
            }
            return lostWrites ? BlockStatus.WRITE_ERROR : BlockStatus.OK;
        }
    }

    /** A worker: a request that may have changed something has ended, and its completion is not yet to be seen. */
    void changed() {
        if (!changed) {
            changed = true;
        }
    }

    boolean hasLostWrites() {
        return lostWrites;
    }

    void lostWrites() {
        lostWrites = true;
    }

    /**
     * Ends the session: no new users, the present ones finish, everything becomes durable, the lock goes.
     *
     * @return whether everything is durable
     */
    boolean close(boolean sync) {
        open = false;
        boolean interrupted = false;
        while (users.get() > 0) {
            LockSupport.parkNanos(this, DRAIN_PAUSE_NANOS);
            interrupted |= Thread.interrupted();
        }
        // The workers end by themselves: without users there is no task, and nothing else leads them to the file.
        synchronized (this) {
            stopping = true;
            queued.release(workers);
        }
        boolean durable = !sync || (!changed && !lostWrites) || sync() == BlockStatus.OK;
        file.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return durable;
    }

    /** What a failed call means for the request; the reason goes to the log, at most once a second. */
    BlockStatus failed(String operation, long negativeErrno, BlockStatus otherwise) {
        int errno = (int) -negativeErrno;
        if (errno == Errno.EFAULT) {
            return BlockStatus.MEMORY_FAULT;
        }
        warn(operation, negativeErrno);
        return errno == Errno.ENOSPC || errno == Errno.EDQUOT ? BlockStatus.NO_SPACE : otherwise;
    }

    void warn(String operation, long negativeErrno) {
        warn(operation, Errno.describe((int) -negativeErrno));
    }

    void warn(String operation, String reason) {
        long now = System.nanoTime();
        long last = lastWarning.get();
        if (now - last >= LOG_PAUSE_NANOS && lastWarning.compareAndSet(last, now)) {
            LOG.warn("{}: {} failed: {}", file, operation, reason);
        }
    }
}
