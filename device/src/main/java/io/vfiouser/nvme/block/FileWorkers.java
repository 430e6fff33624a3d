package io.vfiouser.nvme.block;

import io.vfiouser.nvme.block.FileSession.Handover;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * The threads that execute the requests of a file device, and the queue that they take them from. They outlive the device's sessions: a
 * device that is handed to another process, or taken over from one, neither ends nor starts threads while a guest waits.
 */
final class FileWorkers {
    private static final int QUEUE_CAPACITY = 4096;

    private final String name;
    private final int most;
    private final TaskQueue<FileTask> queue = new TaskQueue<>(QUEUE_CAPACITY);

    /** One permit per queued task, so that idle workers sleep. */
    private final Semaphore queued = new Semaphore(0);

    /** Channels that found the queue full, and whose pollers may sleep by now. Nearly always empty. */
    private final ConcurrentLinkedQueue<FileBlockChannel> waitingForRoom = new ConcurrentLinkedQueue<>();

    /** How many there are: the first comes with a channel, others when there is something to do. */
    private volatile int started;

    private volatile boolean stopping;

    /**
     * Starts nothing.
     *
     * @param name of what they work on, for the names of the threads
     * @param most how many threads there may be
     */
    FileWorkers(String name, int most) {
        this.name = name;
        this.most = most;
    }

    /** Starts the first thread, unless it was, for the first request to find it. Any thread. */
    void ready() {
        if (started == 0) {
            add(0);
        }
    }

    private synchronized void add(int present) {
        if (started == present && present < most && !stopping) {
            Thread thread = new Thread(new FileWorker(this), "block-" + name + "-" + present);
            thread.setDaemon(true);
            thread.start();
            started = present + 1;
        }
    }

    /** A channel's thread, for a session that it has {@linkplain FileSession#enter entered}; who takes the task leaves it. */
    Handover submit(FileTask task, FileSession session) {
        task.queued(session);
        if (!queue.offer(task)) {
            // Announced before the second attempt: if that fails too, some worker takes a task after the announcement.
            waitingForRoom.add(task.channel);
            if (!queue.offer(task)) {
                task.waiting();
                return Handover.FULL;
            }
        }
        queued.release();
        // Those that there are may hang, each in a request; one that is about to take this one looks for more itself.
        if (!queued.hasQueuedThreads()) {
            startAnother();
        }
        return Handover.ACCEPTED;
    }

    /** A worker's thread: the next task; nothing when the device was closed. */
    @Nullable
    FileTask next() {
        queued.acquireUninterruptibly();
        while (true) {
            FileTask task = queue.poll();
            if (task != null) {
                wakeWhoWaitsForRoom();
                startAnother();
                return task;
            }
            if (stopping) {
                return null;
            }
            // The permit says that there is one: another producer is about to finish its offer.
            Thread.onSpinWait();
        }
    }

    /** Unless there are enough, or nothing waits: rather by a worker, since a poller has other guests to serve. */
    private void startAnother() {
        int present = started;
        if (present < most && queued.availablePermits() > 0) {
            add(present);
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

    /** Ends the threads, without waiting for it. There is no session, and none will follow, so there is no task either. */
    synchronized void stop() {
        stopping = true;
        queued.release(started);
    }
}
