package io.vfiouser.os;

import static io.vfiouser.ffi.posix.posix_h.C_INT;
import static io.vfiouser.ffi.posix.posix_h.C_LONG;
import static io.vfiouser.ffi.posix.posix_h.C_POINTER;

import java.lang.foreign.FunctionDescriptor;

/**
 * The shapes of the functions that are called: the same as those jextract generated, which a test compares. Asking the
 * generated classes for theirs would link every function a second time, and linking is most of a short program's start.
 */
final class Shapes {
    static final FunctionDescriptor ACCEPT4 = FunctionDescriptor.of(C_INT, C_INT, C_POINTER, C_POINTER, C_INT);
    static final FunctionDescriptor BIND = FunctionDescriptor.of(C_INT, C_INT, C_POINTER, C_INT);
    static final FunctionDescriptor CLOSE = FunctionDescriptor.of(C_INT, C_INT);
    static final FunctionDescriptor CONNECT = FunctionDescriptor.of(C_INT, C_INT, C_POINTER, C_INT);
    static final FunctionDescriptor EVENTFD = FunctionDescriptor.of(C_INT, C_INT, C_INT);
    static final FunctionDescriptor FSTAT = FunctionDescriptor.of(C_INT, C_INT, C_POINTER);
    static final FunctionDescriptor FTRUNCATE = FunctionDescriptor.of(C_INT, C_INT, C_LONG);
    static final FunctionDescriptor LISTEN = FunctionDescriptor.of(C_INT, C_INT, C_INT);
    static final FunctionDescriptor MADVISE = FunctionDescriptor.of(C_INT, C_POINTER, C_LONG, C_INT);
    static final FunctionDescriptor MEMFD_CREATE = FunctionDescriptor.of(C_INT, C_POINTER, C_INT);
    static final FunctionDescriptor MMAP =
            FunctionDescriptor.of(C_POINTER, C_POINTER, C_LONG, C_INT, C_INT, C_INT, C_LONG);
    static final FunctionDescriptor MUNMAP = FunctionDescriptor.of(C_INT, C_POINTER, C_LONG);
    static final FunctionDescriptor POLL = FunctionDescriptor.of(C_INT, C_POINTER, C_LONG, C_INT);
    static final FunctionDescriptor READ = FunctionDescriptor.of(C_LONG, C_INT, C_POINTER, C_LONG);
    static final FunctionDescriptor RECVMSG = FunctionDescriptor.of(C_LONG, C_INT, C_POINTER, C_INT);
    static final FunctionDescriptor SCHED_GETAFFINITY = FunctionDescriptor.of(C_INT, C_INT, C_LONG, C_POINTER);
    static final FunctionDescriptor SCHED_SETAFFINITY = FunctionDescriptor.of(C_INT, C_INT, C_LONG, C_POINTER);
    static final FunctionDescriptor SENDMSG = FunctionDescriptor.of(C_LONG, C_INT, C_POINTER, C_INT);
    static final FunctionDescriptor SHUTDOWN = FunctionDescriptor.of(C_INT, C_INT, C_INT);
    static final FunctionDescriptor SOCKET = FunctionDescriptor.of(C_INT, C_INT, C_INT, C_INT);
    static final FunctionDescriptor SOCKETPAIR = FunctionDescriptor.of(C_INT, C_INT, C_INT, C_INT, C_POINTER);
    static final FunctionDescriptor STRERROR = FunctionDescriptor.of(C_POINTER, C_INT);
    static final FunctionDescriptor SYSCONF = FunctionDescriptor.of(C_LONG, C_INT);
    static final FunctionDescriptor WRITE = FunctionDescriptor.of(C_LONG, C_INT, C_POINTER, C_LONG);

    /** With the mode, which is a variadic argument. */
    static final FunctionDescriptor OPEN = FunctionDescriptor.of(C_INT, C_POINTER, C_INT, C_INT);

    /** With the new address, which is a variadic argument. */
    static final FunctionDescriptor MREMAP =
            FunctionDescriptor.of(C_POINTER, C_POINTER, C_LONG, C_LONG, C_INT, C_POINTER);

    /** With an {@code int} for the variadic argument. */
    static final FunctionDescriptor FCNTL = FunctionDescriptor.of(C_INT, C_INT, C_INT, C_INT);

    private Shapes() {}
}
