package io.vfiouser.os;

import io.vfiouser.ffi.posix.pollfd;
import io.vfiouser.ffi.posix.posix_h;
import java.lang.foreign.MemorySegment;
import java.time.Duration;

/** Waiting for one descriptor; {@link PollSet} waits for several. Any thread, nothing is allocated. */
public final class Poll {
    private Poll() {}

    /**
     * Waits until reading will not block, which includes the end of a stream and errors.
     *
     * @param timeout zero or negative: only look
     * @return false if the time ran out
     * @throws ErrnoException if the number is not an open descriptor
     */
    public static boolean awaitReadable(int fd, Duration timeout) {
        return await(fd, posix_h.POLLIN(), timeout) != 0;
    }

    /**
     * Waits until writing will not block, which includes that it will fail.
     *
     * @param timeout zero or negative: only look
     * @return false if the time ran out
     * @throws ErrnoException if the number is not an open descriptor
     */
    public static boolean awaitWritable(int fd, Duration timeout) {
        return await(fd, posix_h.POLLOUT(), timeout) != 0;
    }

    /**
     * Whether the other end of a stream socket or pipe is gone. What it sent before may still be read.
     *
     * @throws ErrnoException if the number is not an open descriptor
     */
    public static boolean hungUp(int fd) {
        int gone = posix_h.POLLHUP() | posix_h.POLLRDHUP() | posix_h.POLLERR();
        return (await(fd, posix_h.POLLRDHUP(), Duration.ZERO) & gone) != 0;
    }

    private static int await(int fd, int events, Duration timeout) {
        MemorySegment entry = CallState.current().scratch();
        pollfd.fd(entry, fd);
        pollfd.events(entry, (short) events);
        pollfd.revents(entry, (short) 0);
        int result = PollCalls.pollFor(entry, 1, timeout);
        if (result < 0) {
            throw new ErrnoException("poll descriptor " + fd, -result);
        }
        int happened = pollfd.revents(entry);
        if ((happened & posix_h.POLLNVAL()) != 0) {
            throw new ErrnoException("poll descriptor " + fd, Errno.EBADF);
        }
        return happened;
    }
}
