package io.vfiouser.client;

import io.vfiouser.os.Fd;
import java.util.Optional;

/**
 * A piece of a region whose accesses the server takes from a descriptor, for a hypervisor to write to. The owner of the object
 * owns its descriptors.
 *
 * @param type what kind of descriptor
 * @param offset where the piece begins in its region, in bytes
 * @param lengthBytes how long it is; 0 if the width of the access does not matter
 * @param flags flags of {@code KVM_IOEVENTFD} or {@code KVM_SET_IOREGION}, for the hypervisor
 * @param match the value that has to be written if the flags say so, or what an ioregionfd's messages carry
 * @param fd the descriptor
 * @param shadow memory in which the written value is left, for {@link Type#IOEVENTFD_SHADOW}
 * @param shadowOffset where in that memory
 */
public record RegionIoFd(
        Type type, long offset, long lengthBytes, int flags, long match, Fd fd, Optional<Fd> shadow, long shadowOffset)
        implements AutoCloseable {
    /** What kind of descriptor. */
    public enum Type {
        /** An eventfd that is signalled by a write. */
        IOEVENTFD,
        /** A socket that carries each access as a message. */
        IOREGIONFD,
        /** An eventfd beside memory that holds what was written. */
        IOEVENTFD_SHADOW
    }

    /** Closes the descriptors; every call but the first does nothing. */
    @Override
    public void close() {
        fd.close();
        shadow.ifPresent(Fd::close);
    }
}
