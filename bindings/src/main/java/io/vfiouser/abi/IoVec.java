package io.vfiouser.abi;

import io.vfiouser.ffi.v02b.iovec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** {@code struct iovec}: an address, or for a sparse area an offset, and a length. Arrays of it are native segments. */
public final class IoVec {
    /** Bytes of one element. */
    public static final long BYTES = iovec.sizeof();

    private IoVec() {}

    /** Allocates an array of zeroes; it lives as long as the arena. */
    public static MemorySegment allocate(Arena arena, int count) {
        return iovec.allocateArray(count, arena);
    }

    /** Sets one element. */
    public static void set(MemorySegment array, int index, long base, long lengthBytes) {
        MemorySegment element = iovec.asSlice(array, index);
        iovec.iov_base(element, MemorySegment.ofAddress(base));
        iovec.iov_len(element, lengthBytes);
    }

    /** The address (or offset) of one element. */
    public static long base(MemorySegment array, int index) {
        return iovec.iov_base(iovec.asSlice(array, index)).address();
    }

    /** The length of one element. */
    public static long lengthBytes(MemorySegment array, int index) {
        return iovec.iov_len(iovec.asSlice(array, index));
    }
}
