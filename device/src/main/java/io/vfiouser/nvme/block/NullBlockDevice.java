package io.vfiouser.nvme.block;

/**
 * Stores nothing: every request in range succeeds at once and moves no data, so a read leaves the memory as it was. Shows
 * what everything but the medium costs.
 */
public final class NullBlockDevice extends EmbeddedBlockDevice {
    private NullBlockDevice(long blockCount, int blockSizeBytes, BlockIdentity identity) {
        super(
                BlockCapabilities.builder("null", blockSizeBytes)
                        .deallocate(true)
                        .extents(true)
                        .build(),
                identity,
                blockCount);
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
    public BlockChannel openChannel(Waker waker) {
        return new Channel(state, blockSizeBytes());
    }

    @Override
    public void forEachAllocatedExtent(long firstBlock, long blockCount, ExtentVisitor visitor) {
        state.requireActive();
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
