package io.vfiouser.nvme;

import io.vfiouser.nvme.migration.Bytes;
import io.vfiouser.server.RegionAccess;
import java.lang.foreign.MemorySegment;

/**
 * A region that only remembers what is written: the MSI-X table and pending bits, which clients emulate by themselves and the
 * library takes from nobody.
 */
final class RegionBytes implements RegionAccess {
    private final MemorySegment bytes;

    RegionBytes(int lengthBytes) {
        bytes = MemorySegment.ofArray(new byte[lengthBytes]);
    }

    @Override
    public void read(long offset, MemorySegment into) {
        MemorySegment.copy(bytes, offset, into, 0, into.byteSize());
    }

    @Override
    public void write(long offset, MemorySegment from) {
        MemorySegment.copy(from, 0, bytes, offset, from.byteSize());
    }

    Bytes content() {
        return Bytes.of(bytes);
    }

    /** Takes over as many bytes as the region has. */
    void content(Bytes content) {
        bytes.copyFrom(content.segment());
    }

    void clear() {
        bytes.fill((byte) 0);
    }
}
