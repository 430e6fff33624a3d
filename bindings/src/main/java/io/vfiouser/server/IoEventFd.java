package io.vfiouser.server;

import io.vfiouser.os.Fd;
import java.util.Optional;

/**
 * An event descriptor that a client's hypervisor signals instead of sending a message when a guest writes to a place in a region.
 *
 * @param region the region
 * @param fd the event descriptor; it stays the device's, open as long as the context exists
 * @param offset first byte within the region
 * @param sizeBytes how many bytes, 0 for any access at that offset
 * @param flags KVM's {@code KVM_IOEVENTFD_FLAG_*}
 * @param dataMatch the value to match, if the flags say so
 * @param shadow memory that receives the written value
 */
public record IoEventFd(
        RegionIndex region, Fd fd, long offset, int sizeBytes, int flags, long dataMatch, Optional<Shadow> shadow) {
    /** Checks that the range does not wrap. */
    public IoEventFd {
        if (offset < 0 || sizeBytes < 0 || offset > Long.MAX_VALUE - sizeBytes) {
            throw new IllegalArgumentException("no such place: offset " + offset + ", " + sizeBytes + " bytes");
        }
    }

    /**
     * Memory that receives the value that was written; experimental in the kernel. Level 0.1 has none, and later libraries have
     * it only if they were compiled with {@code SHADOW_IOEVENTFD}.
     *
     * @param fd what is to be mapped; it stays the device's
     * @param offset where in it
     */
    public record Shadow(Fd fd, long offset) {}

    /** An event descriptor for any value written to a place. */
    public static IoEventFd anyValue(RegionIndex region, Fd fd, long offset, int sizeBytes) {
        return new IoEventFd(region, fd, offset, sizeBytes, 0, 0, Optional.empty());
    }
}
