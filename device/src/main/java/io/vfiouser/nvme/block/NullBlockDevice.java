package io.vfiouser.nvme.block;

/**
 * Stores nothing: every request in range succeeds at once and moves no data, so a read leaves the memory as it was. Shows
 * what everything but the medium costs.
 */
public final class NullBlockDevice implements BlockDevice {
    private final BlockCapabilities capabilities;
    private final BlockIdentity identity;
    private final DeviceState state;

    private NullBlockDevice(long blockCount, int blockSizeBytes, BlockIdentity identity) {
        this.capabilities = BlockCapabilities.builder("null", blockSizeBytes)
                .deallocate(true)
                .extents(true)
                .build();
        this.identity = identity;
        this.state = new DeviceState(this, blockCount);
    }

    /** A device of {@code blockCount} blocks with an identity nobody had before. */
    public static NullBlockDevice of(long blockCount, int blockSizeBytes) {
        return of(blockCount, blockSizeBytes, BlockIdentity.random());
    }

    /** A device of {@code blockCount} blocks. */
    public static NullBlockDevice of(long blockCount, int blockSizeBytes, BlockIdentity identity) {
        if (blockCount < 1 || blockCount > Long.MAX_VALUE / 4096) {
            throw new IllegalArgumentException(blockCount + " blocks are no device");
        }
        return new NullBlockDevice(blockCount, blockSizeBytes, identity);
    }

    /** Changes the capacity and tells the listeners. */
    public void resize(long blockCount) {
        if (blockCount < 1) {
            throw new IllegalArgumentException(blockCount + " blocks are no device");
        }
        state.resized(blockCount);
    }

    @Override
    public long blockCount() {
        return state.blockCount();
    }

    @Override
    public BlockCapabilities capabilities() {
        return capabilities;
    }

    @Override
    public BlockIdentity identity() {
        return identity;
    }

    @Override
    public boolean active() {
        return state.active();
    }

    @Override
    public void activate() {
        state.activated();
    }

    @Override
    public void release() {
        state.deactivated();
    }

    @Override
    public BlockChannel openChannel(Waker waker) {
        return new Channel(state, capabilities.blockSizeBytes());
    }

    @Override
    public void forEachAllocatedExtent(long firstBlock, long blockCount, ExtentVisitor visitor) {
        state.requireActive();
    }

    @Override
    public void addResizeListener(ResizeListener listener) {
        state.addResizeListener(listener);
    }

    @Override
    public void removeResizeListener(ResizeListener listener) {
        state.removeResizeListener(listener);
    }

    @Override
    public void close() {
        state.closed();
    }

    private static final class Channel extends InlineChannel {
        private final int blockSizeBytes;

        Channel(DeviceState state, int blockSizeBytes) {
            super(state);
            this.blockSizeBytes = blockSizeBytes;
        }

        @Override
        BlockStatus execute(BlockRequest request, long deviceBlockCount) {
            return request.check(blockSizeBytes, deviceBlockCount, false);
        }
    }
}
