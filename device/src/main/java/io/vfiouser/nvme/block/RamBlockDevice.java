package io.vfiouser.nvme.block;

import io.vfiouser.os.ErrnoException;
import io.vfiouser.os.Mapping;
import io.vfiouser.os.PageSize;

/**
 * Stores blocks in memory of this process, outside the Java heap: kept over releases, gone when it is closed. Every request completes inside
 * {@code submit}, by one copy per piece between the caller's memory and the device's.
 *
 * <p>Asks for huge pages, since page size decides as much about its speed as code does: from the reserved pool if there
 * are enough, else transparent ones where the kernel grants them. {@link #pageSize()} and the capabilities' description say
 * what it got. Pages are taken from the system when they are first written.
 *
 * <p>What was never written costs no memory and is not reported as allocated; a range that was deallocated or zeroed is not
 * reported either. Long deallocated ranges go back to the system, unless they come from the reserved pool, where another
 * process could take them for good.
 *
 * <p>What channels write and read at the same time is never mixed inside a block, nor inside aligned 4096 bytes. As long as one channel alone
 * moves data, that costs nothing; several take short locks.
 */
public final class RamBlockDevice extends EmbeddedBlockDevice {
    /** What a channel keeps others from while it copies that much. */
    private static final int LOCKED_BYTES = 16 << 10;

    private final Mapping mapping;
    private final RamContent content;
    private final DataMovers movers = new DataMovers();
    private final GranuleLocks locks = new GranuleLocks(LOCKED_BYTES);

    private RamBlockDevice(Builder builder, Mapping mapping) {
        super(
                BlockCapabilities.builder("RAM, " + describe(mapping.pageSize()), builder.blockSizeBytes)
                        .atomicBlocks(GranuleLocks.UNIT_BYTES / builder.blockSizeBytes)
                        .deallocate(true)
                        .extents(true)
                        .build(),
                builder.identity,
                builder.sizeBytes / builder.blockSizeBytes);
        this.mapping = mapping;
        this.content = new RamContent(mapping);
    }

    /** A device of {@code sizeBytes} bytes in blocks of 512 bytes, on the largest pages to be had. */
    public static RamBlockDevice ofSize(long sizeBytes) {
        return builder(sizeBytes).build();
    }

    /** Describes a device of {@code sizeBytes} bytes, a multiple of the block size. */
    public static Builder builder(long sizeBytes) {
        return new Builder(sizeBytes);
    }

    /** The pages it got. */
    public PageSize pageSize() {
        return mapping.pageSize();
    }

    /**
     * Changes the capacity and tells the listeners. What lies beyond a smaller capacity is lost.
     *
     * @throws IllegalArgumentException if it is more than the builder's maximum or no multiple of the block size
     */
    public void resize(long sizeBytes) {
        int blockSize = blockSizeBytes();
        checkSize(sizeBytes, blockSize);
        if (sizeBytes > mapping.lengthBytes()) {
            throw new IllegalArgumentException("the device may grow to " + mapping.lengthBytes() + " bytes, not to "
                    + sizeBytes + ": give its builder a larger maximum");
        }
        long oldBytes = state.blockCount() * blockSize;
        if (sizeBytes > oldBytes) {
            // A late write from before an earlier reduction may have left something here.
            content.discard(oldBytes, sizeBytes - oldBytes);
        }
        state.resized(sizeBytes / blockSize);
    }

    @Override
    public BlockChannel openChannel(Waker waker) {
        return new RamChannel(state, content, blockSizeBytes(), movers, locks);
    }

    @Override
    public void forEachAllocatedExtent(long firstBlock, long blockCount, ExtentVisitor visitor) {
        state.requireActive();
        long first = Math.clamp(firstBlock, 0, state.blockCount());
        long end = first + Math.clamp(blockCount, 0, state.blockCount() - first);
        int blockSize = blockSizeBytes();
        content.forEachExtent(
                first * blockSize,
                end * blockSize,
                (start, length) -> visitor.extent(start / blockSize, length / blockSize));
    }

    GranuleLocks locks() {
        return locks;
    }

    @Override
    public void close() {
        if (!state.isClosed()) {
            state.closed();
            mapping.close();
        }
    }

    private static String describe(PageSize pages) {
        return switch (pages) {
            case BASE -> "base pages";
            case TRANSPARENT_HUGE -> "transparent huge pages";
            case EXPLICIT_HUGE -> "reserved huge pages";
        };
    }

    private static void checkSize(long sizeBytes, int blockSizeBytes) {
        if (sizeBytes <= 0 || sizeBytes % blockSizeBytes != 0) {
            throw new IllegalArgumentException(
                    sizeBytes + " bytes are no positive multiple of the block size " + blockSizeBytes);
        }
    }

    /** Options of a device in RAM. */
    public static final class Builder {
        private final long sizeBytes;
        private long maximumBytes;
        private int blockSizeBytes = 512;
        private PageSize wantedPages = PageSize.EXPLICIT_HUGE;
        private BlockIdentity identity = BlockIdentity.random();

        private Builder(long sizeBytes) {
            this.sizeBytes = sizeBytes;
        }

        /** 512 (the default) or 4096. */
        public Builder blockSizeBytes(int value) {
            blockSizeBytes = value;
            return this;
        }

        /** How far {@link RamBlockDevice#resize} may go; by default the size itself. */
        public Builder maximumBytes(long value) {
            maximumBytes = value;
            return this;
        }

        /** The largest pages to try for; by default explicit huge ones. */
        public Builder pages(PageSize value) {
            wantedPages = value;
            return this;
        }

        /** By what hosts recognise it; by default an identity nobody had before. */
        public Builder identity(BlockIdentity value) {
            identity = value;
            return this;
        }

        /**
         * Takes the memory.
         *
         * @throws IllegalArgumentException if the size or block size makes no sense
         * @throws BlockDeviceException if the system has not that much memory
         */
        public RamBlockDevice build() {
            if (!BlockCapabilities.isBlockSize(blockSizeBytes)) {
                throw new IllegalArgumentException("a block has 512 or 4096 bytes, not " + blockSizeBytes);
            }
            checkSize(sizeBytes, blockSizeBytes);
            try {
                return new RamBlockDevice(this, Mapping.anonymous(Math.max(sizeBytes, maximumBytes), wantedPages));
            } catch (ErrnoException e) {
                throw new BlockDeviceException(
                        "no memory for a RAM device of " + sizeBytes + " bytes (" + e.getMessage()
                                + "): make it smaller",
                        e);
            }
        }
    }
}
