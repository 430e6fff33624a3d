package io.vfiouser.nvme.block;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A request on its way through the workers of a file device. Made once per request and left with it ({@link BlockRequest#attachment()}).
 *
 * <p>{@code state} decides who may touch the request: the channel's thread, except in {@link #RUNNING}, where it is the worker's. Both
 * sides move it by compare-and-set, so that a cancelled task is not started and a started one is not cancelled.
 */
final class FileTask {
    /** With the channel: not in use, or waiting there for room in the queue. */
    static final int WAITING = 0;

    /** In the queue of the workers. */
    static final int QUEUED = 1;

    /** A worker executes it. */
    static final int RUNNING = 2;

    /** Executed; in the channel's queue of completions. */
    static final int DONE = 3;

    /** Taken back while it was queued. Final: the queue still refers to the task, its request gets another. */
    static final int CANCELLED = 4;

    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(FileTask.class, "state", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final BlockRequest request;
    final FileBlockChannel channel;

    /** For which it was queued last; set before it is queued. */
    private @Nullable FileSession session;

    private volatile int state = WAITING;

    /** The worker stops at the next border of blocks and answers {@link BlockStatus#CANCELLED}. */
    private volatile boolean stopWanted;

    /** The result: written by the worker before {@link #DONE}. */
    private BlockStatus status = BlockStatus.OK;

    private long failedBlock = BlockRequest.UNKNOWN_BLOCK;

    FileTask(BlockRequest request, FileBlockChannel channel) {
        this.request = request;
        this.channel = channel;
    }

    int state() {
        return state;
    }

    void waiting() {
        stopWanted = false;
        state = WAITING;
    }

    /** Channel: it is about to be queued, as a user of a session. */
    void queued(FileSession by) {
        session = by;
        state = QUEUED;
    }

    /** Of a task that is queued or runs. */
    FileSession session() {
        return Objects.requireNonNull(session);
    }

    /** Worker: whether it may execute the task. */
    boolean start() {
        return STATE.compareAndSet(this, QUEUED, RUNNING);
    }

    /** Channel: whether the task will not be started any more. */
    boolean cancel() {
        return STATE.compareAndSet(this, QUEUED, CANCELLED);
    }

    /** Channel: asks the worker to stop early. */
    void wantStop() {
        stopWanted = true;
    }

    boolean stopWanted() {
        return stopWanted;
    }

    /** Worker: before the task goes into the queue of completions. */
    void done(BlockStatus result, long failed) {
        status = result;
        failedBlock = failed;
        state = DONE;
    }

    BlockStatus status() {
        return status;
    }

    long failedBlock() {
        return failedBlock;
    }
}
