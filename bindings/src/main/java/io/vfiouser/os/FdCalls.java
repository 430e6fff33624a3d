package io.vfiouser.os;

import io.vfiouser.ffi.posix.stat;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** Calls on descriptors of any kind; conventions in {@link Libc}. */
final class FdCalls {
    private static final MethodHandle OPEN = Libc.capturingVariadic("open", Shapes.OPEN, 2);
    private static final MethodHandle FCNTL = Libc.capturingVariadic("fcntl", Shapes.FCNTL, 2);
    private static final MethodHandle CLOSE = Libc.capturing("close", Shapes.CLOSE);
    private static final MethodHandle READ = Libc.capturing("read", Shapes.READ);
    private static final MethodHandle WRITE = Libc.capturing("write", Shapes.WRITE);
    private static final MethodHandle WRITE_WITHOUT_ERRNO = Libc.plain("write", Shapes.WRITE);
    private static final MethodHandle FSTAT = Libc.capturing("fstat", Shapes.FSTAT);
    private static final MethodHandle FTRUNCATE = Libc.capturing("ftruncate", Shapes.FTRUNCATE);
    private static final MethodHandle EVENTFD = Libc.capturing("eventfd", Shapes.EVENTFD);

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

    /**
     * As {@link #write}, but -1 whatever the error is. Allocates nothing however seldom it is called, once it is linked; where errno is captured, a
     * call allocates until it has been compiled.
     */
    static long writeWithoutErrno(int fd, MemorySegment from, long count) {
        try {
            return (long) WRITE_WITHOUT_ERRNO.invokeExact(fd, from, count);
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
