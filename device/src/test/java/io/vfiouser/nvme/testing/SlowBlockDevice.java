package io.vfiouser.nvme.testing;

import io.vfiouser.nvme.block.BlockDevice;
import io.vfiouser.nvme.block.BlockRequest;
import io.vfiouser.nvme.block.WrappingBlockDevice;
import java.time.Duration;

/** A back end whose requests keep the thread busy that submits them. */
public final class SlowBlockDevice extends WrappingBlockDevice {
    private final long nanos;

    /** @param each for how long a request keeps its thread busy */
    public SlowBlockDevice(BlockDevice inner, Duration each) {
        super(inner);
        this.nanos = each.toNanos();
    }

    @Override
    protected void received(BlockRequest request) {
        long end = System.nanoTime() + nanos;
        while (System.nanoTime() - end < 0) {
            Thread.onSpinWait();
        }
    }
}
