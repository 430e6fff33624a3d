package io.vfiouser.nvme.block;

/** A channel whose requests all complete inside {@link #submit}. */
abstract class InlineChannel implements BlockChannel {
    private final DeviceState state;
    private boolean closed;

    /** Requests that began and did not complete: only those that an {@link InternalError} interrupted. */
    private int interrupted;

    InlineChannel(DeviceState state) {
        this.state = state;
        state.channelOpened();
    }

    /** Does what the request says, with {@code deviceBlockCount} as the device's size. */
    abstract BlockStatus execute(BlockRequest request, long deviceBlockCount);

    /** Puts right what an {@link InternalError} may have kept {@link #execute} from putting right itself. */
    void recover() {}

    /** The channel is about to close; nothing comes after it. */
    void closing() {}

    @Override
    public final void submit(BlockRequest request) {
        if (closed) {
            throw new IllegalStateException("the channel is closed");
        }
        request.begin();
        interrupted++;
        BlockStatus status = state.active() ? execute(request, state.blockCount()) : BlockStatus.NOT_ACTIVE;
        interrupted--;
        request.complete(status);
    }

    @Override
    public final int poll() {
        return 0;
    }

    @Override
    public final CancelResult cancel(BlockRequest request, CancelPromise wanted) {
        if (!request.outstanding()) {
            return CancelResult.NOT_OUTSTANDING;
        }
        recover();
        if (interrupted > 0) {
            interrupted--;
        }
        request.complete(BlockStatus.CANCELLED);
        return CancelResult.CANCELLED;
    }

    @Override
    public final int outstanding() {
        return interrupted;
    }

    @Override
    public final void close() {
        if (interrupted > 0) {
            throw new IllegalStateException(interrupted + " requests are outstanding: cancel them first");
        }
        if (!closed) {
            closing();
            closed = true;
            state.channelClosed();
        }
    }
}
