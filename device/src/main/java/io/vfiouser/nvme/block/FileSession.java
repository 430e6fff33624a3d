package io.vfiouser.nvme.block;

import io.vfiouser.os.Errno;
import io.vfiouser.os.RawFile;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One activation of a file device: the open, locked file, and the gate that knows who uses the descriptor. A new
 * activation is a new session, so that nothing of an old one can reach the file again.
 */
final class FileSession {
    private static final Logger LOG = LoggerFactory.getLogger(FileBlockDevice.class);

    /** Granules as long as most requests, since a request holds all of its own while it changes them. */
    private static final int LOCKED_BYTES = 64 << 10;

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

    private final FileWorkers workers;

    /** Tasks that are queued or executed, and other users of the descriptor. */
    private final AtomicLong users = new AtomicLong();

    private final Object syncing = new Object();
    private final AtomicLong syncsWanted = new AtomicLong();

    /** The last call of {@link #sync()} that is answered. Guarded by {@link #syncing}. */
    private long syncedUpTo;

    private final AtomicLong lastWarning = new AtomicLong(System.nanoTime() - LOG_PAUSE_NANOS);
    private volatile boolean open = true;

    /** Whether something was changed since the last {@code fdatasync} began, so that letting go has something to make durable. */
    private volatile boolean changed;

    /** After the kernel failed to write data back it forgets the data: no later flush may claim it durable. */
    private volatile boolean lostWrites;

    /** What the file system cannot do is tried once. All of them only ever change from true to false. */
    volatile boolean durableWrites = true;

    volatile boolean punchesHoles = true;
    volatile boolean zeroesRanges = true;
    volatile boolean readsWithoutWaiting = true;

    FileSession(RawFile file, int blockSizeBytes, FileWorkers workers) {
        this.file = file;
        this.blockSizeBytes = blockSizeBytes;
        this.workers = workers;
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

    /** A channel's thread. Accepted tasks are each answered by {@link #leave()}. */
    Handover submit(FileTask task) {
        if (!enter()) {
            return Handover.CLOSED;
        }
        Handover result = workers.submit(task, this);
        if (result != Handover.ACCEPTED) {
            leave();
        }
        return result;
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
        // Without users there is no task, and nothing else leads the workers to the file.
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
