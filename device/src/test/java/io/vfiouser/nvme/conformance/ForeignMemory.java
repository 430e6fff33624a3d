package io.vfiouser.nvme.conformance;

import io.vfiouser.client.VfioUserClient;
import io.vfiouser.nvme.spec.LittleEndian;
import io.vfiouser.os.Mapping;
import io.vfiouser.os.MemFd;
import io.vfiouser.os.Protection;
import java.lang.foreign.MemorySegment;

/** A region of guest memory beside the driver's, for addresses, borders and access rights that the driver would not choose. */
final class ForeignMemory implements AutoCloseable {
    static final int PAGE_BYTES = 4096;
    /** Nothing is mapped from here on, but what tests map themselves. */
    static final long UNMAPPED = 0x7F_0000_0000L;

    private final VfioUserClient client;
    private final MemFd file;
    private final Mapping mapping;
    private final long iova;

    /** Maps some pages for the controller, which may access them as {@code forController} says. */
    ForeignMemory(VfioUserClient client, long iova, int pages, Protection forController) {
        this.client = client;
        this.iova = iova;
        file = MemFd.create("foreign-memory", (long) pages * PAGE_BYTES);
        mapping = file.map(Protection.READ_WRITE);
        client.mapDma(iova, mapping.lengthBytes(), file.fd(), 0, forController);
    }

    long iova() {
        return iova;
    }

    /** Guest address of a page. */
    long page(int index) {
        return iova + (long) index * PAGE_BYTES;
    }

    /** Where the last page ends. */
    long end() {
        return iova + mapping.lengthBytes();
    }

    MemorySegment segment() {
        return mapping.segment();
    }

    /** Writes a PRP entry or any other address. */
    ForeignMemory put(long offset, long address) {
        LittleEndian.putU64(segment(), offset, address);
        return this;
    }

    @Override
    public void close() {
        client.unmapDma(iova, mapping.lengthBytes());
        mapping.close();
        file.close();
    }
}
