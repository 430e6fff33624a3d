package io.vfiouser.nvme;

import io.vfiouser.nvme.controller.NvmeController;
import io.vfiouser.nvme.memory.GuestMemory;
import io.vfiouser.nvme.memory.GuestRegion;
import io.vfiouser.server.DmaListener;
import io.vfiouser.server.DmaRegion;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes the guest's mapped memory to the controller. Memory that is not mapped here is left out, so that commands that use it fail
 * with Data Transfer Error. Context's thread.
 */
final class DmaMemory implements DmaListener {
    private static final Logger LOG = LoggerFactory.getLogger(DmaMemory.class);
    private static final long PAUSE_POLL_NANOS = 20_000;

    private final GuestMemory memory;
    private final NvmeController controller;
    private final Map<DmaRegion, GuestRegion> regions = new HashMap<>();

    DmaMemory(GuestMemory memory, NvmeController controller) {
        this.memory = memory;
        this.controller = controller;
    }

    @Override
    public void registered(DmaRegion region) {
        if (!region.mapped()) {
            LOG.debug("{} is not used: it is not mapped", region);
            return;
        }
        GuestRegion added = new GuestRegion(
                region.iova(),
                region.segment(),
                region.protection().readable(),
                region.protection().writable(),
                region.dirtyMarks()::mark);
        memory.add(added);
        regions.put(region, added);
    }

    @Override
    public void unregistered(DmaRegion region) {
        GuestRegion removed = regions.remove(region);
        if (removed == null) {
            return;
        }
        boolean pausedBefore = controller.paused();
        if (!pausedBefore) {
            // The library pauses the device before it unmaps; should a level not do so, memory must not go all the
            // same.
            pauseNow();
        }
        memory.remove(removed);
        if (!pausedBefore) {
            controller.resume();
        }
    }

    private void pauseNow() {
        controller.pause();
        while (!controller.paused()) {
            LockSupport.parkNanos(this, PAUSE_POLL_NANOS);
        }
    }
}
