package io.vfiouser.os;

import io.vfiouser.ffi.posix.posix_h;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;

/**
 * A counter that can be waited for, also across processes: one side {@linkplain #signal signals}, the other
 * {@linkplain #drain drains}.
 *
 * <p>Any thread may call any method at any time, except that {@link #close} must not run beside another call.
 */
public final class EventFd implements AutoCloseable {
    /** Then the method handle has taken its last shape. */
    public static final int CALLS_THAT_LINK = 200;

    private static final MemorySegment ONE = Arena.global().allocateFrom(ValueLayout.JAVA_LONG, 1L);

    private final Fd fd;

    private EventFd(Fd fd) {
        this.fd = fd;
    }

    /**
     * Makes a counter of zero; non-blocking, close-on-exec.
     *
     * @throws ErrnoException if the process has no descriptor left
     */
    public static EventFd create() {
        int flags = posix_h.EFD_CLOEXEC() | posix_h.EFD_NONBLOCK();
        return new EventFd(Fd.adopt(ErrnoException.check("create an eventfd", FdCalls.eventfd(0, flags))));
    }

    /** Takes over an eventfd that came from elsewhere; it is made non-blocking. */
    public static EventFd adopt(Fd fd) {
        int flags = ErrnoException.check("read flags", FdCalls.fcntl(fd.value(), posix_h.F_GETFL(), 0));
        ErrnoException.check(
                "make non-blocking", FdCalls.fcntl(fd.value(), posix_h.F_SETFL(), flags | posix_h.O_NONBLOCK()));
        return new EventFd(fd);
    }

    /** The descriptor, for sending it to another process or for {@link Poll}; it stays this object's. */
    public Fd fd() {
        return fd;
    }

    /**
     * Adds one. A counter at its maximum stays there: whoever waits is awake already. Allocates nothing, however seldom it is called, but in the first
     * {@value #CALLS_THAT_LINK} calls of the process, which link.
     */
    public void signal() {
        if (FdCalls.writeWithoutErrno(fd.value(), ONE, Long.BYTES) == Long.BYTES) {
            return;
        }
        // Again, to learn why.
        long written = FdCalls.write(fd.value(), ONE, Long.BYTES);
        if (written < 0 && written != -Errno.EAGAIN) {
            throw new ErrnoException("signal eventfd " + fd, (int) -written);
        }
    }

    /** Sets the counter back to zero and returns what it was; does not wait. */
    public long drain() {
        MemorySegment count = CallState.current().scratch();
        long read = FdCalls.read(fd.value(), count, Long.BYTES);
        if (read == -Errno.EAGAIN) {
            return 0;
        }
        if (read < 0) {
            throw new ErrnoException("drain eventfd " + fd, (int) -read);
        }
        return count.get(ValueLayout.JAVA_LONG, 0);
    }

    /** Waits until the counter is not zero, and leaves it as it is; false if the time ran out. */
    public boolean await(Duration timeout) {
        return Poll.awaitReadable(fd.value(), timeout);
    }

    /** Closes the descriptor; every call but the first does nothing. */
    @Override
    public void close() {
        fd.close();
    }
}
