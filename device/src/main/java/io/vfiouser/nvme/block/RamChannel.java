package io.vfiouser.nvme.block;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One poller's way to a RAM device's memory. Alone it copies each piece at once. With others it goes granule by granule, so that a
 * long request holds nobody up, and keeps to {@link GranuleLocks}.
 */
final class RamChannel extends BatchingChannel {
    private static final Logger LOG = LoggerFactory.getLogger(RamChannel.class);

    /** How often a granule is read without its lock before it is read with it. */
    private static final int OPTIMISTIC_READS = 4;

    private static final int LINE_BYTES = 64;
    /** Lines that are brought near at a time, at most. */
    private static final int NEAR_LINES = 256;
    /** A request so short is over before the processor has seen that its lines follow one another. */
    private static final int SHORT_BYTES = 512;

    /** Hardly any block begins with it. */
    private static final long UNLIKELY = 0x9E37_79B9_7F4A_7C15L;

    private final RamContent content;
    private final MemorySegment memory;
    private final int blockSizeBytes;
    private final int blockShift;
    private final DataMovers.Mover mover;
    private final GranuleLocks locks;
    private final int owner;
    private final SegmentCursor cursor = new SegmentCursor();

    /** Nobody reads it; without it the loads of {@link #bringNear} would not be made at all. */
    @SuppressWarnings("UnusedVariable")
    private int loaded;

    /** Offsets of lines to be brought near. */
    private final long[] nearLines = new long[NEAR_LINES];

    /** Whether an error may have kept this channel from giving back a granule. */
    private boolean mayHold;

    RamChannel(DeviceState state, RamContent content, int blockSizeBytes, DataMovers movers, GranuleLocks locks) {
        super(state);
        this.content = content;
        this.memory = content.memory();
        this.blockSizeBytes = blockSizeBytes;
        this.blockShift = Integer.numberOfTrailingZeros(blockSizeBytes);
        this.mover = movers.newMover();
        this.locks = locks;
        this.owner = locks.newOwner();
    }

    /**
     * Loads every line of short requests; of a long one the first, after which the processor fetches on by itself. First all are chosen, then
     * all loaded: a load that waits for memory holds up whatever follows as soon as the processor has some hundreds of instructions under
     * way, so the fewer there are between two loads, the more of them wait together. The first lines come before the second ones: each of them
     * also waits until its page is found.
     */
    @Override
    void bringNear(BlockRanges upcoming) {
        int count = 0;
        boolean more = true;
        for (long line = 0; more; line += LINE_BYTES) {
            more = false;
            for (int i = 0; i < upcoming.size() && count < NEAR_LINES; i++) {
                long at = (upcoming.firstBlock(i) << blockShift) + line;
                long lengthBytes = upcoming.blockCount(i) << blockShift;
                long wanted = lengthBytes > SHORT_BYTES ? LINE_BYTES : lengthBytes;
                if (line < wanted && at >= 0 && at < memory.byteSize()) {
                    nearLines[count++] = at;
                    more |= line + LINE_BYTES < wanted;
                }
            }
        }
        load(count);
    }

    private void load(int count) {
        MemorySegment all = memory;
        // See SegmentCopy.
        if (all.getClass() != SegmentCopy.NATIVE) {
            return;
        }
        int sum = 0;
        for (int i = 0; i < count; i++) {
            sum += all.get(ValueLayout.JAVA_BYTE, nearLines[i]);
        }
        loaded = sum;
    }

    /**
     * Loads the first line again: what was brought near with the rest of a window is in the second cache by now, after the copies in between.
     */
    @Override
    void bringNext(BlockRequest request) {
        long start = request.firstBlock() << blockShift;
        // Compared and not kept: a store would queue up behind those of the copy before.
        MemorySegment all = memory;
        if (all.getClass() == SegmentCopy.NATIVE
                && start >= 0
                && start < all.byteSize()
                && all.get(ValueLayout.JAVA_LONG, start) == UNLIKELY) {
            loaded++;
        }
    }

    @Override
    BlockStatus execute(BlockRequest request, long deviceBlockCount) {
        BlockStatus refusal = request.check(blockSizeBytes, deviceBlockCount, false);
        if (refusal != BlockStatus.OK) {
            return refusal;
        }
        Operation operation = request.operation();
        if (operation == Operation.FLUSH || operation == Operation.VERIFY) {
            return BlockStatus.OK;
        }
        try {
            return move(operation, request) ? BlockStatus.OK : stuck(request);
        } catch (IllegalStateException e) {
            // The caller's memory was unmapped before: the copy found its arena closed.
            return BlockStatus.MEMORY_FAULT;
        }
    }

    private boolean move(Operation operation, BlockRequest request) {
        long start = request.firstBlock() << blockShift;
        long length = request.blockCount() << blockShift;
        if (!mover.join()) {
            return false;
        }
        try {
            if (mover.beginAlone()) {
                moveAlone(operation, request.data(), start, length);
                return true;
            }
        } finally {
            mover.end();
        }
        if (mayHold) {
            recover();
        }
        return moveAmongOthers(operation, request.data(), start, length);
    }

    private void moveAlone(Operation operation, SegmentList data, long start, long length) {
        switch (operation) {
            case READ -> data.copyFromDevice(memory, start);
            case WRITE -> {
                try {
                    data.copyToDevice(memory, start);
                } finally {
                    content.markWritten(start, length);
                }
            }
            default -> content.discard(start, length);
        }
    }

    private boolean moveAmongOthers(Operation operation, SegmentList data, long start, long length) {
        cursor.begin(data);
        boolean discards = operation != Operation.READ && operation != Operation.WRITE;
        long end = start + length;
        long at = start;
        while (at < end) {
            if (discards) {
                // Locks for what is zero already would make long ranges slow.
                at = content.nextWritten(at, end);
                if (at == end) {
                    break;
                }
            }
            long next = Math.min(end, locks.granuleEnd(at));
            if (discards && content.isReleasable(at, end)) {
                next = at + RamContent.RELEASE_BYTES;
            }
            boolean done = operation == Operation.READ ? read(at, next - at) : moveLocked(operation, at, next - at);
            if (!done) {
                return false;
            }
            at = next;
        }
        return true;
    }

    private boolean read(long at, long bytes) {
        cursor.mark();
        for (int attempt = 0; attempt < OPTIMISTIC_READS; attempt++) {
            long seen = locks.observe(at);
            if (GranuleLocks.isHeld(seen)) {
                Thread.onSpinWait();
                continue;
            }
            cursor.copyFrom(memory, at, bytes);
            if (locks.unchanged(at, seen)) {
                return true;
            }
            cursor.rewind();
        }
        return moveLocked(Operation.READ, at, bytes);
    }

    private boolean moveLocked(Operation operation, long at, long bytes) {
        mayHold = true;
        try {
            if (!locks.acquire(at, bytes, owner, DataMovers.PATIENCE_NANOS)) {
                return false;
            }
            switch (operation) {
                case READ -> cursor.copyFrom(memory, at, bytes);
                case WRITE -> {
                    try {
                        cursor.copyTo(memory, at, bytes);
                    } finally {
                        content.markWritten(at, bytes);
                    }
                }
                default -> content.discard(at, bytes);
            }
        } finally {
            locks.release(at, bytes, owner);
        }
        mayHold = false;
        return true;
    }

    private static BlockStatus stuck(BlockRequest request) {
        LOG.error(
                "{} failed: another channel of the device has not gone on for seconds; whoever owns it has left it after an error",
                request);
        return BlockStatus.INTERNAL_ERROR;
    }

    @Override
    void recover() {
        mover.end();
        if (mayHold) {
            locks.releaseAll(owner);
            mayHold = false;
        }
    }

    @Override
    void closing() {
        recover();
        mover.leave();
    }
}
