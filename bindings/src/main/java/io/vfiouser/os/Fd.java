package io.vfiouser.os;

import io.vfiouser.ffi.posix.posix_h;
import io.vfiouser.ffi.posix.stat;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A file descriptor with an owner: whoever holds the object closes it, once.
 *
 * <p>Closing is safe from any thread and idempotent. Nothing keeps another thread from still using the number while it is
 * being closed, so an owner stops its users first: the kernel gives a closed number to the next file that is opened.
 */
public final class Fd implements AutoCloseable {
    private static final int CLOSED = -1;

    private final AtomicInteger number;

    private Fd(int number) {
        this.number = new AtomicInteger(number);
    }

    /** Takes over a descriptor that is already open; from now on this object closes it. */
    public static Fd adopt(int number) {
        if (number < 0) {
            throw new IllegalArgumentException("not a descriptor: " + number);
        }
        return new Fd(number);
    }

    /**
     * Opens a file; close-on-exec is always set.
     *
     * @param flags {@code O_*} bits as the C library defines them
     * @throws ErrnoException if the file cannot be opened
     */
    public static Fd open(Path path, int flags) {
        return open(path, flags, 0600);
    }

    /**
     * Opens a file; close-on-exec is always set.
     *
     * @param flags {@code O_*} bits as the C library defines them
     * @param mode permissions of a file that is created by it
     * @throws ErrnoException if the file cannot be opened
     */
    public static Fd open(Path path, int flags, int mode) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocateFrom(path.toString());
            return new Fd(ErrnoException.check("open " + path, FdCalls.open(name, flags | posix_h.O_CLOEXEC(), mode)));
        }
    }

    /**
     * The number, for passing it to the operating system or to another process. The object stays the owner.
     *
     * @throws IllegalStateException if it was closed
     */
    public int value() {
        int value = number.get();
        if (value == CLOSED) {
            throw new IllegalStateException("the descriptor is closed");
        }
        return value;
    }

    /** Whether {@link #close} has not been called yet. */
    public boolean isOpen() {
        return number.get() != CLOSED;
    }

    /**
     * A second descriptor for the same open file (offset and locks are shared), with close-on-exec set. The caller owns it.
     *
     * @throws ErrnoException if the process has no descriptor left
     */
    public Fd duplicate() {
        return duplicateOf(value());
    }

    /**
     * As {@link #duplicate}, of a descriptor that somebody else owns, who does not close it meanwhile.
     *
     * @throws ErrnoException if the process has no descriptor left
     */
    public static Fd duplicateOf(int original) {
        return new Fd(ErrnoException.check(
                "duplicate descriptor " + original, FdCalls.fcntl(original, posix_h.F_DUPFD_CLOEXEC(), 0)));
    }

    /**
     * The length of the file behind the descriptor; 0 for what has none, such as a socket.
     *
     * @throws ErrnoException if the descriptor is not valid
     */
    public long lengthBytes() {
        MemorySegment status = CallState.current().scratch();
        ErrnoException.check("fstat descriptor " + this, FdCalls.fstat(value(), status));
        return stat.st_size(status);
    }

    /** The block size of the file behind the descriptor: its page size, if it lies in huge pages. */
    long blockBytes() {
        MemorySegment status = CallState.current().scratch();
        ErrnoException.check("fstat descriptor " + this, FdCalls.fstat(value(), status));
        return stat.st_blksize(status);
    }

    /** Whether the descriptor is a regular file, memfds included. */
    public boolean isRegularFile() {
        MemorySegment status = CallState.current().scratch();
        ErrnoException.check("fstat descriptor " + this, FdCalls.fstat(value(), status));
        return (stat.st_mode(status) & posix_h.__S_IFMT()) == posix_h.__S_IFREG();
    }

    /** Gives the ownership away: the object forgets the number, and the caller closes it. */
    public int release() {
        int value = number.getAndSet(CLOSED);
        if (value == CLOSED) {
            throw new IllegalStateException("the descriptor is closed");
        }
        return value;
    }

    /** Closes the descriptor; every call but the first does nothing. */
    @Override
    public void close() {
        int value = number.getAndSet(CLOSED);
        if (value != CLOSED) {
            // The descriptor is gone whatever the result; what close(2) may still report belongs to earlier writes.
            FdCalls.close(value);
        }
    }

    @Override
    public String toString() {
        int value = number.get();
        return value == CLOSED ? "closed" : Integer.toString(value);
    }
}
