package io.vfiouser.nvme.block;

import java.util.Objects;

/**
 * What a device can do and promises, fixed for its life.
 *
 * @param description one line for people: what it is and where it is stored
 * @param blockSizeBytes bytes in a block, 512 or 4096
 * @param readOnly whether changes are refused with {@link BlockStatus#READ_ONLY}
 * @param persistent whether flushed data outlives the process
 * @param volatileCache whether a completed write without force unit access may be lost by a crash until a flush; if not, flushes
 *     have nothing to do
 * @param completesInline whether every request has completed when the {@link BlockChannel#poll} after its {@link
 *     BlockChannel#submit} returns, most in submit itself, so that nothing is outstanding for longer and wakers are never called
 * @param usefulDepth how many requests a channel has a use for at a time; more only wait in it instead of in the host's queues, where
 *     they cost nothing when a host stops or moves; at least 1. It is a wish: a channel takes more
 * @param memoryAlignmentBytes of what each piece's address and length must be a multiple; 1 for anything
 * @param maxTransferBytes the longest read or write; above it {@link BlockStatus#INVALID_REQUEST}
 * @param atomicBlocks up to how many blocks a change is seen whole or not at all by requests that overlap with it in time, unless it
 *     crosses a multiple of this number: then that holds for each side alone; 0 if it is not even promised for one block
 * @param powerFailAtomicBlocks the same in the eyes of who reads after a crash or a loss of power
 * @param optimalBlocks of how many blocks a request should be a multiple, in length and start, to be fast; at least 1
 * @param deallocate whether deallocated blocks really give room back
 * @param deallocatedReads what they read as
 * @param extents whether allocated extents are known; if not, the whole device is reported as allocated
 */
public record BlockCapabilities(
        String description,
        int blockSizeBytes,
        boolean readOnly,
        boolean persistent,
        boolean volatileCache,
        boolean completesInline,
        int usefulDepth,
        int memoryAlignmentBytes,
        long maxTransferBytes,
        int atomicBlocks,
        int powerFailAtomicBlocks,
        int optimalBlocks,
        boolean deallocate,
        DeallocatedReads deallocatedReads,
        boolean extents) {

    public BlockCapabilities {
        Objects.requireNonNull(description, "description");
        Objects.requireNonNull(deallocatedReads, "deallocatedReads");
        if (!isBlockSize(blockSizeBytes)) {
            throw new IllegalArgumentException("a block has 512 or 4096 bytes, not " + blockSizeBytes);
        }
        if (Integer.bitCount(memoryAlignmentBytes) != 1 || memoryAlignmentBytes < 1) {
            throw new IllegalArgumentException("no alignment: " + memoryAlignmentBytes);
        }
        if (maxTransferBytes < blockSizeBytes
                || usefulDepth < 1
                || atomicBlocks < 0
                || powerFailAtomicBlocks < 0
                || optimalBlocks < 1) {
            throw new IllegalArgumentException("a limit is below its minimum");
        }
    }

    /** Whether blocks may have this many bytes. */
    public static boolean isBlockSize(int bytes) {
        return bytes == 512 || bytes == 4096;
    }

    /**
     * Starts from a writable device of the given block size that keeps nothing, caches nothing, completes inline, takes any memory,
     * any length and any number of requests, promises no atomicity and zeroes what is deallocated.
     */
    public static Builder builder(String description, int blockSizeBytes) {
        return new Builder(description, blockSizeBytes);
    }

    /** A builder that starts from these: for devices that wrap another. */
    public Builder toBuilder() {
        Builder b = new Builder(description, blockSizeBytes);
        b.readOnly = readOnly;
        b.persistent = persistent;
        b.volatileCache = volatileCache;
        b.completesInline = completesInline;
        b.usefulDepth = usefulDepth;
        b.memoryAlignmentBytes = memoryAlignmentBytes;
        b.maxTransferBytes = maxTransferBytes;
        b.atomicBlocks = atomicBlocks;
        b.powerFailAtomicBlocks = powerFailAtomicBlocks;
        b.optimalBlocks = optimalBlocks;
        b.deallocate = deallocate;
        b.deallocatedReads = deallocatedReads;
        b.extents = extents;
        return b;
    }

    /** Collects what differs from the simplest device. See the record's components for what each one means. */
    public static final class Builder {
        private final String description;
        private final int blockSizeBytes;
        private boolean readOnly;
        private boolean persistent;
        private boolean volatileCache;
        private boolean completesInline = true;
        private int usefulDepth = Integer.MAX_VALUE;
        private int memoryAlignmentBytes = 1;
        private long maxTransferBytes = Long.MAX_VALUE;
        private int atomicBlocks;
        private int powerFailAtomicBlocks;
        private int optimalBlocks = 1;
        private boolean deallocate;
        private DeallocatedReads deallocatedReads = DeallocatedReads.ZEROES;
        private boolean extents;

        private Builder(String description, int blockSizeBytes) {
            this.description = description;
            this.blockSizeBytes = blockSizeBytes;
        }

        public Builder readOnly(boolean value) {
            readOnly = value;
            return this;
        }

        public Builder persistent(boolean value) {
            persistent = value;
            return this;
        }

        public Builder volatileCache(boolean value) {
            volatileCache = value;
            return this;
        }

        public Builder completesInline(boolean value) {
            completesInline = value;
            return this;
        }

        public Builder usefulDepth(int value) {
            usefulDepth = value;
            return this;
        }

        public Builder memoryAlignmentBytes(int value) {
            memoryAlignmentBytes = value;
            return this;
        }

        public Builder maxTransferBytes(long value) {
            maxTransferBytes = value;
            return this;
        }

        public Builder atomicBlocks(int value) {
            atomicBlocks = value;
            return this;
        }

        public Builder powerFailAtomicBlocks(int value) {
            powerFailAtomicBlocks = value;
            return this;
        }

        public Builder optimalBlocks(int value) {
            optimalBlocks = value;
            return this;
        }

        public Builder deallocate(boolean value) {
            deallocate = value;
            return this;
        }

        public Builder deallocatedReads(DeallocatedReads value) {
            deallocatedReads = value;
            return this;
        }

        public Builder extents(boolean value) {
            extents = value;
            return this;
        }

        public BlockCapabilities build() {
            return new BlockCapabilities(
                    description,
                    blockSizeBytes,
                    readOnly,
                    persistent,
                    volatileCache,
                    completesInline,
                    usefulDepth,
                    memoryAlignmentBytes,
                    maxTransferBytes,
                    atomicBlocks,
                    powerFailAtomicBlocks,
                    optimalBlocks,
                    deallocate,
                    deallocatedReads,
                    extents);
        }
    }
}
