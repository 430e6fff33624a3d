package io.vfiouser.server;

import java.lang.foreign.MemorySegment;

/**
 * Handles accesses to a region that arrive as messages. Called on the context's thread.
 *
 * <p>The segments are the message itself: exactly as long as the access, valid until the method returns, 1-byte aligned. The
 * library has checked the range against the region's size. Whether a write was posted cannot be seen: its client gets no answer,
 * failed or not.
 */
public interface RegionAccess {
    /**
     * A client reads.
     *
     * @param offset first byte within the region
     * @param into to be filled completely
     * @throws VfioUserErrno to fail the access with that error number; anything else thrown fails it with EIO
     */
    void read(long offset, MemorySegment into);

    /**
     * A client writes.
     *
     * @param offset first byte within the region
     * @param from what it writes
     * @throws VfioUserErrno to fail the access with that error number; anything else thrown fails it with EIO
     */
    void write(long offset, MemorySegment from);
}
