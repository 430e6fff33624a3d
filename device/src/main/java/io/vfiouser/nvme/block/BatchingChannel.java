package io.vfiouser.nvme.block;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A channel to memory. Short requests that were {@linkplain #expect expected} wait until there are {@value #BATCH} of them or {@link #poll}
 * comes; then their data are moved one after the other, and afterwards all complete. Moving data pushes everything else out of the processor's nearest cache: moved one by one,
 * each request would find what the controller knows of queues, namespaces and memory in a cache further away, and the processor would not
 * fetch for the next request while it is busy with that. All other requests complete in {@link #submit}: those that come alone, long ones, those
 * without data.
 */
abstract class BatchingChannel implements BlockChannel {
    /** Few enough that the host has something to do with those that completed while the next are moved. */
    static final int BATCH = 8;
    /** What is moved in a microsecond or two. */
    static final long SHORT_BYTES = 16384;

    private final DeviceState state;
    private final @Nullable BlockRequest[] waiting = new BlockRequest[BATCH];
    private final BlockStatus[] outcomes = new BlockStatus[BATCH];
    private int count;
    /** Requests of this batch that are yet to come, at most. */
    private int expected;

    private boolean running;
    private boolean closed;

    /** Requests that began and did not complete: those of the batch that is run, or those that an {@link InternalError} interrupted. */
    private int begun;

    BatchingChannel(DeviceState state) {
        this.state = state;
        Arrays.fill(outcomes, BlockStatus.INTERNAL_ERROR);
        state.channelOpened();
    }

    /** Does what the request says, with {@code deviceBlockCount} as the device's size. */
    abstract BlockStatus execute(BlockRequest request, long deviceBlockCount);

    /** Puts right what an {@link InternalError} may have kept {@link #execute} from putting right itself. */
    abstract void recover();

    /** The channel is about to close; nothing comes after it. */
    abstract void closing();

    @Override
    public final void submit(BlockRequest request) {
        if (closed) {
            throw new IllegalStateException("the channel is closed");
        }
        request.begin();
        boolean announced = expected > 0;
        if (announced) {
            expected--;
        }
        if (!announced || running || !isShort(request)) {
            begun++;
            BlockStatus status = run(request);
            begun--;
            request.complete(status);
            return;
        }
        waiting[count++] = request;
        if (count == BATCH) {
            runBatch();
        }
    }

    private static boolean isShort(BlockRequest request) {
        return request.operation().hasData() && request.data().totalBytes() <= SHORT_BYTES;
    }

    /** Brings the first blocks of requests near. */
    abstract void bringNear(BlockRanges upcoming);

    /** The request comes after the one that is executed next. It may be one that is refused. */
    abstract void bringNext(BlockRequest request);

    @Override
    public final void expect(BlockRanges upcoming) {
        expected += upcoming.size();
        bringNear(upcoming);
    }

    @Override
    public final int poll() {
        // Those that were refused, or had no room, do not come any more.
        expected = 0;
        return count == 0 || running ? 0 : runBatch();
    }

    private int runBatch() {
        int all = count;
        count = 0;
        begun += all;
        running = true;
        try {
            for (int i = 0; i < all; i++) {
                if (i + 1 < all) {
                    bringNext(batched(i + 1));
                }
                outcomes[i] = run(batched(i));
            }
            for (int i = 0; i < all; i++) {
                BlockRequest request = batched(i);
                // Unless it was cancelled by one before it.
                if (request.outstanding()) {
                    begun--;
                    request.complete(outcomes[i]);
                }
            }
        } finally {
            running = false;
        }
        return all;
    }

    private BlockRequest batched(int index) {
        BlockRequest request = waiting[index];
        if (request == null) {
            throw new IllegalStateException("a batch with a gap");
        }
        return request;
    }

    private BlockStatus run(BlockRequest request) {
        return state.active() ? execute(request, state.blockCount()) : BlockStatus.NOT_ACTIVE;
    }

    @Override
    public final CancelResult cancel(BlockRequest request, CancelPromise wanted) {
        if (!request.outstanding()) {
            return CancelResult.NOT_OUTSTANDING;
        }
        if (!takeBack(request)) {
            recover();
            begun--;
        }
        request.complete(BlockStatus.CANCELLED);
        return CancelResult.CANCELLED;
    }

    /** Whether the request waited, and does not any more. */
    private boolean takeBack(BlockRequest request) {
        for (int i = 0; i < count; i++) {
            if (request.equals(waiting[i])) {
                count--;
                System.arraycopy(waiting, i + 1, waiting, i, count - i);
                return true;
            }
        }
        return false;
    }

    @Override
    public final int outstanding() {
        return count + begun;
    }

    @Override
    public final void close() {
        if (outstanding() > 0) {
            throw new IllegalStateException(outstanding() + " requests are outstanding: cancel them first");
        }
        if (!closed) {
            closing();
            closed = true;
            state.channelClosed();
        }
    }
}
