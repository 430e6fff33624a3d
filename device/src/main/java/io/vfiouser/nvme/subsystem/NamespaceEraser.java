package io.vfiouser.nvme.subsystem;

import io.vfiouser.nvme.block.BlockChangeLog;
import io.vfiouser.nvme.block.BlockChannel;
import io.vfiouser.nvme.block.BlockDevice;
import io.vfiouser.nvme.block.BlockDeviceException;
import io.vfiouser.nvme.block.BlockRequest;
import io.vfiouser.nvme.block.BlockStatus;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;

/**
 * Makes all of a back end read as zeroes and that durable, piece by piece, through a channel of its own. Belongs to the thread that
 * made it.
 */
final class NamespaceEraser extends BlockRequest {
    /** What is zeroed at least in one go, between two looks at whether to stop. */
    private static final long PIECE_BYTES = 16 << 20;
    /** No back end is so large that it takes more pieces. */
    private static final long MOST_PIECES = 4096;

    private static final int HUNDRED_PERCENT = 100;
    private static final long POLL_NANOS = 200_000;

    private final BlockDevice device;
    private final BlockChangeLog changes;
    private final BooleanSupplier stop;
    private final IntConsumer remainingPercent;
    private final Thread thread = Thread.currentThread();
    private BlockStatus outcome = BlockStatus.OK;

    /**
     * @param changes hears of what was changed
     * @param stop whether to give up at the next occasion
     * @param remainingPercent hears of progress
     */
    NamespaceEraser(BlockDevice device, BlockChangeLog changes, BooleanSupplier stop, IntConsumer remainingPercent) {
        this.device = device;
        this.changes = changes;
        this.stop = stop;
        this.remainingPercent = remainingPercent;
    }

    /**
     * Returns when all is zero and durable.
     *
     * @throws BlockDeviceException if that could not be done, or it was stopped; some blocks are zero then
     */
    void erase() {
        try (BlockChannel channel = device.openChannel(() -> LockSupport.unpark(thread))) {
            long next = 0;
            // Asked for each time: the back end may be resized meanwhile.
            long end = device.blockCount();
            while (next < end) {
                if (stop.getAsBoolean()) {
                    throw new BlockDeviceException("erasing was stopped before the end");
                }
                long blocks = Math.min(pieceBlocks(end), end - next);
                writeZeroes(next, blocks, false, true);
                execute(channel);
                next += blocks;
                end = device.blockCount();
                if (outcome != BlockStatus.OK && next <= end) {
                    throw new BlockDeviceException("blocks could not be zeroed: " + outcome);
                }
                remainingPercent.accept(percent(Math.max(end - next, 0), end));
            }
            flush();
            execute(channel);
            if (outcome != BlockStatus.OK) {
                throw new BlockDeviceException("zeroed blocks could not be made durable: " + outcome);
            }
        }
    }

    /** Rounded up: 0 is the end. */
    private static int percent(long blocks, long of) {
        return of == 0 ? 0 : (int) Math.ceil(HUNDRED_PERCENT * ((double) blocks / of));
    }

    private long pieceBlocks(long blocks) {
        return Math.max(PIECE_BYTES / device.blockSizeBytes(), blocks / MOST_PIECES);
    }

    private void execute(BlockChannel channel) {
        channel.submit(this);
        while (outstanding()) {
            if (channel.poll() == 0 && outstanding()) {
                LockSupport.parkNanos(this, POLL_NANOS);
            }
        }
    }

    @Override
    protected void completed(BlockStatus status) {
        changes.completed(this);
        outcome = status;
    }
}
