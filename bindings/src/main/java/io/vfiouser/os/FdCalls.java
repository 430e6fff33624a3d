package io.vfiouser.os;

import static io.vfiouser.ffi.posix.posix_h.C_INT;

import io.vfiouser.ffi.posix.posix_h;
import io.vfiouser.ffi.posix.stat;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** Calls on descriptors of any kind; conventions in {@link Libc}. */
final class FdCalls {
    private static final MethodHandle OPEN =
            Libc.capturingVariadic("open", posix_h.open.makeInvoker(C_INT).descriptor(), 2);
    private static final MethodHandle FCNTL =
            Libc.capturingVariadic("fcntl", posix_h.fcntl.makeInvoker(C_INT).descriptor(), 2);
    private static final MethodHandle CLOSE = Libc.capturing("close", posix_h.close$descriptor());
    private static final MethodHandle DUP = Libc.capturing("dup", posix_h.dup$descriptor());
    private static final MethodHandle READ = Libc.capturing("read", posix_h.read$descriptor());
    private static final MethodHandle WRITE = Libc.capturing("write", posix_h.write$descriptor());
    private static final MethodHandle FSTAT = Libc.capturing("fstat", posix_h.fstat$descriptor());
    private static final MethodHandle FTRUNCATE = Libc.capturing("ftruncate", posix_h.ftruncate$descriptor());
    private static final MethodHandle EVENTFD = Libc.capturing("eventfd", posix_h.eventfd$descriptor());

    private FdCalls() {}

    static int open(MemorySegment path, int flags, int mode) {
        CallState state = CallState.current();
        try {
            int result;
            do {
                result = state.resultOrError((int) OPEN.invokeExact(state.capture(), path, flags, mode));
            } while (result == -Errno.EINTR);
            return result;
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
    }

    /** For commands whose argument is an {@code int}. */
    static int fcntl(int fd, int command, int argument) {
        CallState state = CallState.current();
        try {
            return state.resultOrError((int) FCNTL.invokeExact(state.capture(), fd, command, argument));
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
    }

    /** Never repeated: on Linux the descriptor is gone even if a signal interrupted the call. */
    static int close(int fd) {
        CallState state = CallState.current();
        try {
            int result = state.resultOrError((int) CLOSE.invokeExact(state.capture(), fd));
            return result == -Errno.EINTR ? 0 : result;
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
    }

    static int dup(int fd) {
        CallState state = CallState.current();
        try {
            return state.resultOrError((int) DUP.invokeExact(state.capture(), fd));
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
    }

    static long read(int fd, MemorySegment into, long count) {
        CallState state = CallState.current();
        try {
            long result;
            do {
                result = state.resultOrError((long) READ.invokeExact(state.capture(), fd, into, count));
            } while (result == -Errno.EINTR);
            return result;
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
    }

    static long write(int fd, MemorySegment from, long count) {
        CallState state = CallState.current();
        try {
            long result;
            do {
                result = state.resultOrError((long) WRITE.invokeExact(state.capture(), fd, from, count));
            } while (result == -Errno.EINTR);
            return result;
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
    }

    /** Fills a {@link stat}. */
    static int fstat(int fd, MemorySegment into) {
        CallState state = CallState.current();
        try {
            return state.resultOrError((int) FSTAT.invokeExact(state.capture(), fd, into));
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
    }

    static int ftruncate(int fd, long lengthBytes) {
        CallState state = CallState.current();
        try {
            int result;
            do {
                result = state.resultOrError((int) FTRUNCATE.invokeExact(state.capture(), fd, lengthBytes));
            } while (result == -Errno.EINTR);
            return result;
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
    }

    static int eventfd(int initial, int flags) {
        CallState state = CallState.current();
        try {
            return state.resultOrError((int) EVENTFD.invokeExact(state.capture(), initial, flags));
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
    }
}
