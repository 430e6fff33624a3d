package io.vfiouser.nvme.endurance;

import io.vfiouser.nvme.block.BlockDevice;
import io.vfiouser.nvme.block.BlockRequest;
import io.vfiouser.nvme.block.Operation;
import io.vfiouser.nvme.block.WrappingBlockDevice;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A medium that is slow with short reads, inside {@code submit}: commands pile up in the queues, and the poller is always in the middle of one. */
final class SlowReads extends WrappingBlockDevice {
    private static final int SHORT_BLOCKS = 8;
    private static final long NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    SlowReads(BlockDevice inner) {
        super(inner);
    }

    @Override
    protected void received(BlockRequest request) {
        if (request.operation() == Operation.READ && request.blockCount() <= SHORT_BLOCKS) {
            LockSupport.parkNanos(NANOS);
        }
    }
}
