package io.vfiouser.nvme.driver;

import java.lang.foreign.MemorySegment;

/**
 * A piece of guest memory that the device can reach, contiguous for both sides. It lives until it is closed or its driver is;
 * closing it while a command still uses it hands the memory to the next who allocates.
 */
public final class DmaBuffer implements AutoCloseable {

    private final HostMemory owner;
    private final MemorySegment segment;
    private final long iova;
    private final long offset;
    private boolean released;

    DmaBuffer(HostMemory owner, MemorySegment segment, long iova, long offset) {
        this.owner = owner;
        this.segment = segment;
        this.iova = iova;
        this.offset = offset;
    }

    /** The memory as this process sees it. */
    public MemorySegment segment() {
        return segment;
    }

    /** Where it begins for the device. */
    public long iova() {
        return iova;
    }

    public long lengthBytes() {
        return segment.byteSize();
    }

    /**
     * Says that a part of the buffer was written by this process, after it was: memory that moves to another place is copied again there.
     * What a command carries to the controller is told by its submission; this is for what was written otherwise, and has to reach the
     * device or be found again after a move. Costs nothing while no move is under way. Any thread.
     */
    public void written(long from, long count) {
        owner.written(offset + from, count);
    }

    /** Where it is; {@link NvmeDriver#claim} finds it again in another process. Its content travels with guest memory. */
    public void save(GuestStateWriter into) {
        into.i64(offset).i64(segment.byteSize());
    }

    /** Gives the memory back; every call but the first does nothing. Any thread. */
    @Override
    public void close() {
        synchronized (owner) {
            if (!released) {
                released = true;
                owner.release(offset, segment.byteSize());
            }
        }
    }
}
