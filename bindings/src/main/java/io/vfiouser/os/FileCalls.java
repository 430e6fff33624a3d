package io.vfiouser.os;

import static io.vfiouser.ffi.posix.posix_h.C_POINTER;

import io.vfiouser.ffi.posix.posix_h;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** Calls on regular files and block devices; conventions in {@link Libc}. */
final class FileCalls {
    private static final MethodHandle PREADV2 = Libc.capturing("preadv2", posix_h.preadv2$descriptor());
    private static final MethodHandle PWRITEV2 = Libc.capturing("pwritev2", posix_h.pwritev2$descriptor());
    private static final MethodHandle FDATASYNC = Libc.capturing("fdatasync", posix_h.fdatasync$descriptor());
    private static final MethodHandle FALLOCATE = Libc.capturing("fallocate", posix_h.fallocate$descriptor());
    private static final MethodHandle LSEEK = Libc.capturing("lseek", posix_h.lseek$descriptor());
    private static final MethodHandle IOCTL =
            Libc.capturingVariadic("ioctl", posix_h.ioctl.makeInvoker(C_POINTER).descriptor(), 2);
    private static final MethodHandle FCNTL =
            Libc.capturingVariadic("fcntl", posix_h.fcntl.makeInvoker(C_POINTER).descriptor(), 2);

    private FileCalls() {}

    /** With flags 0 this is {@code preadv}. */
    static long preadv2(int fd, MemorySegment vectors, int count, long position, int flags) {
        CallState state = CallState.current();
        try {
            long result;
            do {
                result = state.resultOrError(
                        (long) PREADV2.invokeExact(state.capture(), fd, vectors, count, position, flags));
            } while (result == -Errno.EINTR);
            return result;
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
    }

    /** With flags 0 this is {@code pwritev}. */
    static long pwritev2(int fd, MemorySegment vectors, int count, long position, int flags) {
        CallState state = CallState.current();
        try {
            long result;
            do {
                result = state.resultOrError(
                        (long) PWRITEV2.invokeExact(state.capture(), fd, vectors, count, position, flags));
            } while (result == -Errno.EINTR);
            return result;
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
    }

    /** Not repeated after an error other than an interruption: a second call would not report what the first lost. */
    static int fdatasync(int fd) {
        CallState state = CallState.current();
        try {
            int result;
            do {
                result = state.resultOrError((int) FDATASYNC.invokeExact(state.capture(), fd));
            } while (result == -Errno.EINTR);
            return result;
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
    }

    static int fallocate(int fd, int mode, long offset, long lengthBytes) {
        CallState state = CallState.current();
        try {
            int result;
            do {
                result = state.resultOrError(
                        (int) FALLOCATE.invokeExact(state.capture(), fd, mode, offset, lengthBytes));
            } while (result == -Errno.EINTR);
            return result;
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
    }

    static long lseek(int fd, long offset, int whence) {
        CallState state = CallState.current();
        try {
            return state.resultOrError((long) LSEEK.invokeExact(state.capture(), fd, offset, whence));
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
    }

    /** For requests whose argument is a pointer. */
    static int ioctl(int fd, long request, MemorySegment argument) {
        CallState state = CallState.current();
        try {
            return state.resultOrError((int) IOCTL.invokeExact(state.capture(), fd, request, argument));
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
    }

    /** For commands whose argument is a pointer. */
    static int fcntl(int fd, int command, MemorySegment argument) {
        CallState state = CallState.current();
        try {
            return state.resultOrError((int) FCNTL.invokeExact(state.capture(), fd, command, argument));
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
    }
}
