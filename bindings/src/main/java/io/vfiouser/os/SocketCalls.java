package io.vfiouser.os;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** Calls on sockets; conventions in {@link Libc}. */
final class SocketCalls {
    private static final MethodHandle SOCKET = Libc.capturing("socket", Shapes.SOCKET);
    private static final MethodHandle SOCKETPAIR = Libc.capturing("socketpair", Shapes.SOCKETPAIR);
    private static final MethodHandle BIND = Libc.capturing("bind", Shapes.BIND);
    private static final MethodHandle LISTEN = Libc.capturing("listen", Shapes.LISTEN);
    private static final MethodHandle CONNECT = Libc.capturing("connect", Shapes.CONNECT);
    private static final MethodHandle ACCEPT4 = Libc.capturing("accept4", Shapes.ACCEPT4);
    private static final MethodHandle SENDMSG = Libc.capturing("sendmsg", Shapes.SENDMSG);
    private static final MethodHandle RECVMSG = Libc.capturing("recvmsg", Shapes.RECVMSG);
    private static final MethodHandle SHUTDOWN = Libc.capturing("shutdown", Shapes.SHUTDOWN);

    private SocketCalls() {}

    static int socket(int domain, int type) {
        CallState state = CallState.current();
        try {
            return state.resultOrError((int) SOCKET.invokeExact(state.capture(), domain, type, 0));
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
    }

    /** Leaves the two descriptors in the thread's scratch space, as two ints. */
    static int socketpair(int domain, int type) {
        CallState state = CallState.current();
        try {
            return state.resultOrError((int) SOCKETPAIR.invokeExact(state.capture(), domain, type, 0, state.scratch()));
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
    }

    static int bind(int fd, MemorySegment address, long addressBytes) {
        CallState state = CallState.current();
        try {
            return state.resultOrError((int) BIND.invokeExact(state.capture(), fd, address, (int) addressBytes));
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
    }

    static int listen(int fd, int backlog) {
        CallState state = CallState.current();
        try {
            return state.resultOrError((int) LISTEN.invokeExact(state.capture(), fd, backlog));
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
    }

    static int connect(int fd, MemorySegment address, long addressBytes) {
        CallState state = CallState.current();
        try {
            int result;
            do {
                result = state.resultOrError(
                        (int) CONNECT.invokeExact(state.capture(), fd, address, (int) addressBytes));
            } while (result == -Errno.EINTR);
            return result;
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
    }

    static int accept(int fd, int flags) {
        CallState state = CallState.current();
        try {
            int result;
            do {
                result = state.resultOrError(
                        (int) ACCEPT4.invokeExact(state.capture(), fd, MemorySegment.NULL, MemorySegment.NULL, flags));
            } while (result == -Errno.EINTR || result == -Errno.ECONNABORTED);
            return result;
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
    }

    static long sendmsg(int fd, MemorySegment header, int flags) {
        CallState state = CallState.current();
        try {
            long result;
            do {
                result = state.resultOrError((long) SENDMSG.invokeExact(state.capture(), fd, header, flags));
            } while (result == -Errno.EINTR);
            return result;
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
    }

    static long recvmsg(int fd, MemorySegment header, int flags) {
        CallState state = CallState.current();
        try {
            long result;
            do {
                result = state.resultOrError((long) RECVMSG.invokeExact(state.capture(), fd, header, flags));
            } while (result == -Errno.EINTR);
            return result;
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
    }

    static int shutdown(int fd, int how) {
        CallState state = CallState.current();
        try {
            return state.resultOrError((int) SHUTDOWN.invokeExact(state.capture(), fd, how));
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
    }
}
