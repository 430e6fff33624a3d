package io.vfiouser.server;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/** A region that behaves like memory, for tests. */
final class MemoryRegion implements RegionAccess {
    private final byte[] bytes;

    MemoryRegion(int size) {
        bytes = new byte[size];
    }

    ByteBuffer bytes() {
        return ByteBuffer.wrap(bytes);
    }

    @Override
    public void read(long offset, MemorySegment into) {
        into.copyFrom(MemorySegment.ofArray(bytes).asSlice(offset, into.byteSize()));
    }

    @Override
    public void write(long offset, MemorySegment from) {
        MemorySegment.ofArray(bytes).asSlice(offset, from.byteSize()).copyFrom(from);
    }
}
