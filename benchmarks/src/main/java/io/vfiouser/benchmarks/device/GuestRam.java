package io.vfiouser.benchmarks.device;

import io.vfiouser.nvme.memory.GuestRegion;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Memory of a guest: as the guest sees it, and as the regions through which the device does. */
public interface GuestRam extends AutoCloseable {
    /** The memory as the guest sees it; offset 0 on are queues, the rest is data. */
    MemorySegment guestView();

    /** The address by which the guest's devices know a byte of {@link #guestView}. */
    long iova(long offset);

    /** What the device may access. */
    List<GuestRegion> regions();

    @Override
    void close();
}
