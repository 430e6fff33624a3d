package io.vfiouser.os;

import io.vfiouser.ffi.posix.cmsghdr;
import io.vfiouser.ffi.posix.iovec;
import io.vfiouser.ffi.posix.msghdr;
import io.vfiouser.ffi.posix.posix_h;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/** The structures around one {@code sendmsg} or {@code recvmsg}, used again for the next. One thread at a time. */
final class MessageHeader {
    /** {@code SCM_MAX_FD} of the kernel, which no header declares. */
    static final int MAX_FDS = 253;

    private static final long CONTROL_HEADER_BYTES = cmsghdr.sizeof();
    private static final long CONTROL_ALIGNMENT = Long.BYTES;

    private final MemorySegment header = Arena.ofAuto().allocate(msghdr.layout());
    private final MemorySegment vector = Arena.ofAuto().allocate(iovec.layout());
    private final MemorySegment control =
            Arena.ofAuto().allocate(align(CONTROL_HEADER_BYTES + (long) MAX_FDS * Integer.BYTES), CONTROL_ALIGNMENT);

    MessageHeader() {
        msghdr.msg_iov(header, vector);
        msghdr.msg_iovlen(header, 1);
    }

    MemorySegment segment() {
        return header;
    }

    void prepareToSend(MemorySegment data, int[] fds) {
        if (fds.length > MAX_FDS) {
            throw new IllegalArgumentException(fds.length + " descriptors in one message; at most " + MAX_FDS);
        }
        point(data);
        if (fds.length == 0) {
            withoutControl();
            return;
        }
        long length = CONTROL_HEADER_BYTES + (long) fds.length * Integer.BYTES;
        cmsghdr.cmsg_len(control, length);
        cmsghdr.cmsg_level(control, posix_h.SOL_SOCKET());
        cmsghdr.cmsg_type(control, posix_h.SCM_RIGHTS());
        MemorySegment.copy(fds, 0, control, ValueLayout.JAVA_INT, CONTROL_HEADER_BYTES, fds.length);
        msghdr.msg_control(header, control);
        msghdr.msg_controllen(header, align(length));
    }

    void prepareToReceive(MemorySegment into, int mostFds) {
        if (mostFds < 0 || mostFds > MAX_FDS) {
            throw new IllegalArgumentException(mostFds + " descriptors in one message; at most " + MAX_FDS);
        }
        point(into);
        if (mostFds == 0) {
            withoutControl();
            return;
        }
        msghdr.msg_control(header, control);
        // Not rounded up: the kernel would fill the padding with one descriptor more than is wanted.
        msghdr.msg_controllen(header, CONTROL_HEADER_BYTES + (long) mostFds * Integer.BYTES);
    }

    /** Appends what came; if the kernel had to drop descriptors, closes those that came and says so. */
    boolean takeFds(List<Fd> fds) {
        boolean cut = (msghdr.msg_flags(header) & posix_h.MSG_CTRUNC()) != 0;
        long end = msghdr.msg_controllen(header);
        long at = 0;
        while (at + CONTROL_HEADER_BYTES <= end) {
            MemorySegment entry = control.asSlice(at);
            long length = cmsghdr.cmsg_len(entry);
            if (length < CONTROL_HEADER_BYTES || length > end - at) {
                break;
            }
            if (cmsghdr.cmsg_level(entry) == posix_h.SOL_SOCKET() && cmsghdr.cmsg_type(entry) == posix_h.SCM_RIGHTS()) {
                takeFds(entry.asSlice(CONTROL_HEADER_BYTES, length - CONTROL_HEADER_BYTES), cut, fds);
            }
            at += align(length);
        }
        return !cut;
    }

    private static void takeFds(MemorySegment numbers, boolean close, List<Fd> fds) {
        for (long at = 0; at + Integer.BYTES <= numbers.byteSize(); at += Integer.BYTES) {
            Fd fd = Fd.adopt(numbers.get(ValueLayout.JAVA_INT, at));
            if (close) {
                fd.close();
            } else {
                fds.add(fd);
            }
        }
    }

    private void point(MemorySegment data) {
        iovec.iov_base(vector, data);
        iovec.iov_len(vector, data.byteSize());
        msghdr.msg_flags(header, 0);
    }

    private void withoutControl() {
        msghdr.msg_control(header, MemorySegment.NULL);
        msghdr.msg_controllen(header, 0);
    }

    private static long align(long bytes) {
        return (bytes + CONTROL_ALIGNMENT - 1) & -CONTROL_ALIGNMENT;
    }
}
