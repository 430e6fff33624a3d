package io.vfiouser.nvme.block;

import io.vfiouser.os.IoVector;
import io.vfiouser.os.Mapping;
import io.vfiouser.os.MemFd;
import io.vfiouser.os.Protection;
import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;

/**
 * Memory of our own through which data passes that must be complete before it is written. It is a memfd that the kernel copies the
 * data into: memory that vanished is an error number then, where a copy in Java would raise an {@link InternalError} at some
 * later statement. One thread; takes its memory when first needed.
 */
final class BounceBuffer implements AutoCloseable {
    private final int capacityBytes;
    private final Arena arena;
    private @Nullable MemFd memFd;
    private @Nullable Mapping mapping;
    private @Nullable IoVector gather;
    private SegmentList data = new SegmentList(1);
    private int piece;
    private long offset;

    BounceBuffer(int capacityBytes, Arena arena) {
        this.arena = arena;
        this.capacityBytes = capacityBytes;
    }

    /** Whether some block of the data lies in several pieces or, possibly, across a border of pages. */
    static boolean isNeeded(SegmentList pieces, int blockSizeBytes) {
        long bits = 0;
        for (int i = 0; i < pieces.size(); i++) {
            bits |= pieces.address(i) | pieces.length(i);
        }
        return (bits & (blockSizeBytes - 1)) != 0;
    }

    /** Starts with the first byte of {@code pieces}. */
    void begin(SegmentList pieces) {
        data = pieces;
        piece = 0;
        offset = 0;
    }

    boolean hasMore() {
        return piece < data.size();
    }

    /**
     * Copies what comes next, as much as fits, and makes {@code target} refer to the copy.
     *
     * @return whether all the memory was there
     */
    boolean next(IoVector target) {
        open();
        MemFd file = memFd;
        Mapping memory = mapping;
        IoVector vector = gather;
        if (file == null || memory == null || vector == null) {
            throw new IllegalStateException("the buffer is closed");
        }
        int filled = 0;
        while (filled < capacityBytes && hasMore()) {
            vector.clear();
            int wanted = 0;
            while (filled + wanted < capacityBytes && hasMore() && !vector.isFull()) {
                if (!data.segment(piece).scope().isAlive()) {
                    return false;
                }
                long length = Math.min(data.length(piece) - offset, capacityBytes - filled - wanted);
                vector.add(data.address(piece) + offset, length);
                wanted += (int) length;
                offset += length;
                if (offset == data.length(piece)) {
                    piece++;
                    offset = 0;
                }
            }
            while (vector.totalBytes() > 0) {
                long moved = file.write(vector, filled);
                if (moved <= 0) {
                    return false;
                }
                vector.advance(moved);
                filled += (int) moved;
            }
        }
        target.clear();
        target.add(memory.address(), filled);
        return true;
    }

    private void open() {
        if (memFd == null) {
            memFd = MemFd.create("block-bounce", capacityBytes);
            mapping = memFd.map(Protection.READ);
            gather = new IoVector(IoVector.MAX_PIECES, arena);
        }
    }

    @Override
    public void close() {
        if (mapping != null) {
            mapping.close();
        }
        if (memFd != null) {
            memFd.close();
        }
    }
}
