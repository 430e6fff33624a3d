package io.vfiouser.nvme.testing;

import java.lang.foreign.MemorySegment;

/** What a host needs of a controller: registers, doorbells, memory both can reach, and that it gets its turn. */
public interface HostTransport {
    int read32(int register);

    long read64(int register);

    void write32(int register, int value);

    void write64(int register, long value);

    /** Stores into a doorbell, by its offset in BAR0. */
    void doorbell(int offset, int value);

    /** The guest's memory. */
    MemorySegment memory();

    /** Guest address of the memory's first byte. */
    long iova();

    /** Lets the controller go on. */
    void progress();
}
