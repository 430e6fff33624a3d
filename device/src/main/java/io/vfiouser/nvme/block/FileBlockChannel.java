package io.vfiouser.nvme.block;

import io.vfiouser.nvme.block.FileSession.Handover;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One poller's way to a file. What waits for no medium is {@linkplain ImmediateTransfer done} here and now; everything else goes to the
 * workers and comes back through a queue.
 */
final class FileBlockChannel implements BlockChannel {
    private static final Logger LOG = LoggerFactory.getLogger(FileBlockChannel.class);

    /** How many tasks may be with the workers at once, and so how long the queue of completions must be. */
    private static final int MAX_HANDED_OVER = 1024;

    private final FileBlockDevice device;
    private final DeviceState state;
    private final Waker waker;
    private final int blockSizeBytes;
    private final boolean readOnly;
    private final @Nullable ImmediateTransfer immediate;

    /** In the order of arrival; each goes to the workers when there is room. */
    private final ArrayDeque<FileTask> backlog = new ArrayDeque<>();

    private final TaskQueue<FileTask> ended = new TaskQueue<>(MAX_HANDED_OVER);
    private int handedOver;
    private int outstanding;
    private boolean closed;

    FileBlockChannel(FileBlockDevice device, DeviceState state, Waker waker, @Nullable ImmediateTransfer immediate) {
        this.device = device;
        this.state = state;
        this.waker = waker;
        this.immediate = immediate;
        this.blockSizeBytes = device.blockSizeBytes();
        this.readOnly = device.capabilities().readOnly();
        state.channelOpened();
    }

    @Override
    public void submit(BlockRequest request) {
        if (closed) {
            throw new IllegalStateException("the channel is closed");
        }
        request.begin();
        FileSession session = device.session();
        if (session == null) {
            request.complete(BlockStatus.NOT_ACTIVE);
            return;
        }
        BlockStatus refusal = request.check(blockSizeBytes, state.blockCount(), readOnly);
        if (refusal != BlockStatus.OK) {
            request.complete(refusal);
            return;
        }
        if (readOnly && request.operation() == Operation.FLUSH) {
            request.complete(BlockStatus.OK);
            return;
        }
        if (immediate != null && immediate.done(session, request)) {
            request.complete(BlockStatus.OK);
            return;
        }
        outstanding++;
        backlog.add(taskOf(request));
        startBacklog();
    }

    @Override
    public int poll() {
        int completed = 0;
        FileTask task;
        while ((task = ended.poll()) != null) {
            handedOver--;
            completed++;
            complete(task, task.status(), task.failedBlock());
        }
        return completed + startBacklog();
    }

    @Override
    public CancelResult cancel(BlockRequest request, CancelPromise wanted) {
        if (!request.outstanding() || !(request.attachment() instanceof FileTask task) || task.channel != this) {
            return CancelResult.NOT_OUTSTANDING;
        }
        switch (task.state()) {
            case FileTask.WAITING -> backlog.remove(task);
            case FileTask.QUEUED -> {
                if (!task.cancel()) {
                    task.wantStop();
                    return CancelResult.IN_PROGRESS;
                }
                handedOver--;
            }
            default -> {
                task.wantStop();
                return CancelResult.IN_PROGRESS;
            }
        }
        complete(task, BlockStatus.CANCELLED, BlockRequest.UNKNOWN_BLOCK);
        return CancelResult.CANCELLED;
    }

    @Override
    public int outstanding() {
        return outstanding;
    }

    @Override
    public void close() {
        if (outstanding > 0) {
            throw new IllegalStateException(outstanding + " requests are outstanding: cancel or drain them first");
        }
        if (!closed) {
            closed = true;
            state.channelClosed();
        }
    }

    /** A worker's thread: the task has ended. There is room, since no more than the queue holds are handed over. */
    void ended(FileTask task) {
        if (!ended.offer(task)) {
            throw new IllegalStateException("more requests ended than were handed over");
        }
    }

    /** A worker's thread, after {@link #ended} and a volatile write. */
    void wakeUp() {
        try {
            waker.wakeUp();
        } catch (RuntimeException e) {
            LOG.error("a waker must not throw", e);
        }
    }

    /** Hands over what there is room for; returns how many requests completed because the device was released. */
    private int startBacklog() {
        int completed = 0;
        while (handedOver < MAX_HANDED_OVER) {
            FileTask task = backlog.poll();
            if (task == null) {
                break;
            }
            FileSession session = device.session();
            Handover result = session == null ? Handover.CLOSED : session.submit(task);
            switch (result) {
                case ACCEPTED -> handedOver++;
                case FULL -> {
                    backlog.addFirst(task);
                    return completed;
                }
                case CLOSED -> {
                    completed++;
                    complete(task, BlockStatus.NOT_ACTIVE, BlockRequest.UNKNOWN_BLOCK);
                }
            }
        }
        return completed;
    }

    private void complete(FileTask task, BlockStatus status, long failedBlock) {
        outstanding--;
        if (task.state() != FileTask.CANCELLED) {
            task.waiting();
        }
        task.request.complete(status, failedBlock);
    }

    private FileTask taskOf(BlockRequest request) {
        if (request.attachment() instanceof FileTask task && task.channel == this && task.state() == FileTask.WAITING) {
            return task;
        }
        FileTask task = new FileTask(request, this);
        request.attach(task);
        return task;
    }
}
