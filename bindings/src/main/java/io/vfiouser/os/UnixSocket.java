package io.vfiouser.os;

import io.vfiouser.ffi.posix.posix_h;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A connected stream socket that carries bytes and descriptors. It never blocks; {@link Poll} waits for it.
 *
 * <p>One thread may send while another receives, but not two of a kind. {@link #close} must not run beside another call.
 * Nothing raises {@code SIGPIPE}.
 */
public final class UnixSocket implements AutoCloseable {
    /** The longest path of a socket, in bytes. */
    public static final int MAX_PATH_BYTES = SocketAddress.MAX_PATH_BYTES;

    /** The largest number of descriptors the kernel takes in one go. */
    public static final int MAX_FDS = MessageHeader.MAX_FDS;

    /** {@link #send} and {@link #receive} return it instead of waiting. */
    public static final int WOULD_BLOCK = -1;

    /** {@link #receive} returns it after the other end has closed and everything was read. */
    public static final int END_OF_STREAM = 0;

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final Fd fd;
    private final MessageHeader outgoing = new MessageHeader();
    private final MessageHeader incoming = new MessageHeader();

    private UnixSocket(Fd fd) {
        this.fd = fd;
    }

    /** As {@link #connect(Path, Duration)}, with a timeout of five seconds. */
    public static UnixSocket connect(Path path) {
        return connect(path, CONNECT_TIMEOUT);
    }

    /**
     * Connects to a listening socket.
     *
     * @param timeout how long to try while the listener's queue is full
     * @throws IllegalArgumentException if the path is longer than {@link #MAX_PATH_BYTES}
     * @throws ErrnoException if nobody listens there ({@link Errno#ENOENT}, {@link Errno#ECONNREFUSED}) or the queue stayed
     *     full ({@link Errno#EAGAIN})
     */
    public static UnixSocket connect(Path path, Duration timeout) {
        try (Arena arena = Arena.ofConfined()) {
            SocketAddress address = SocketAddress.of(path, arena);
            Fd fd = open();
            try {
                long start = System.nanoTime();
                int result = tryConnect(fd, address);
                // A full queue cannot be polled for: a non-blocking connect just fails.
                while (result == -Errno.EAGAIN
                        && Duration.ofNanos(System.nanoTime() - start).compareTo(timeout) < 0) {
                    LockSupport.parkNanos(RETRY_NANOS);
                    result = tryConnect(fd, address);
                }
                ErrnoException.check("connect to " + path, result);
                return new UnixSocket(fd);
            } catch (ErrnoException | IllegalArgumentException e) {
                fd.close();
                throw e;
            }
        }
    }

    /** Two sockets that are connected to each other. */
    public static UnixSocket[] pair() {
        ErrnoException.check("make a pair of sockets", SocketCalls.socketpair(posix_h.AF_UNIX(), type()));
        MemorySegment both = CallState.current().scratch();
        int first = both.get(ValueLayout.JAVA_INT, 0);
        int second = both.get(ValueLayout.JAVA_INT, Integer.BYTES);
        return new UnixSocket[] {new UnixSocket(Fd.adopt(first)), new UnixSocket(Fd.adopt(second))};
    }

    /**
     * Takes over a connected stream socket that came from elsewhere; it is made non-blocking.
     *
     * @throws ErrnoException if it is not a descriptor; it is not taken over then
     */
    public static UnixSocket adopt(Fd fd) {
        int flags = ErrnoException.check("read flags", FdCalls.fcntl(fd.value(), posix_h.F_GETFL(), 0));
        ErrnoException.check(
                "make non-blocking", FdCalls.fcntl(fd.value(), posix_h.F_SETFL(), flags | posix_h.O_NONBLOCK()));
        return new UnixSocket(fd);
    }

    static Fd open() {
        return Fd.adopt(ErrnoException.check("make a socket", SocketCalls.socket(posix_h.AF_UNIX(), type())));
    }

    private static int type() {
        return posix_h.SOCK_STREAM() | posix_h.SOCK_CLOEXEC() | posix_h.SOCK_NONBLOCK();
    }

    private static int tryConnect(Fd fd, SocketAddress address) {
        return SocketCalls.connect(
                fd.value(), address.segment(), address.segment().byteSize());
    }

    /** For {@link Poll}; it stays this object's. */
    public Fd fd() {
        return fd;
    }

    /**
     * Sends what the socket takes at once.
     *
     * @param data at least one byte of native memory
     * @param fds descriptors that go with the first byte, at most {@link #MAX_FDS}; they stay the caller's
     * @return how many bytes went; the descriptors went with them. {@link #WOULD_BLOCK} if nothing did
     * @throws ErrnoException if the connection is broken ({@link Errno#EPIPE}) or a descriptor is not valid
     */
    public int send(MemorySegment data, int... fds) {
        if (data.byteSize() == 0 || !data.isNative()) {
            throw new IllegalArgumentException("only native memory of at least one byte can be sent");
        }
        outgoing.prepareToSend(data, fds);
        long sent =
                SocketCalls.sendmsg(fd.value(), outgoing.segment(), posix_h.MSG_NOSIGNAL() | posix_h.MSG_DONTWAIT());
        if (sent == -Errno.EAGAIN) {
            return WOULD_BLOCK;
        }
        if (sent < 0) {
            throw new ErrnoException("send " + data.byteSize() + " bytes", (int) -sent);
        }
        return (int) sent;
    }

    /**
     * Receives what is there, up to the end of the buffer or to where other descriptors begin.
     *
     * @param into at least one byte of native memory
     * @param fds received descriptors are appended, close-on-exec; the caller owns them
     * @param mostFds how many descriptors may arrive, at most {@link #MAX_FDS}
     * @return how many bytes came, {@link #END_OF_STREAM} or {@link #WOULD_BLOCK}
     * @throws ErrnoException if the connection is broken; {@link Errno#EMSGSIZE} if more descriptors were sent than may
     *     arrive or this process can open: none of them is kept
     */
    public int receive(MemorySegment into, List<Fd> fds, int mostFds) {
        if (into.byteSize() == 0 || !into.isNative()) {
            throw new IllegalArgumentException("only native memory of at least one byte can be received into");
        }
        incoming.prepareToReceive(into, mostFds);
        long received = SocketCalls.recvmsg(
                fd.value(), incoming.segment(), posix_h.MSG_CMSG_CLOEXEC() | posix_h.MSG_DONTWAIT());
        if (received == -Errno.EAGAIN) {
            return WOULD_BLOCK;
        }
        if (received < 0) {
            throw new ErrnoException("receive", (int) -received);
        }
        if (!incoming.takeFds(fds)) {
            throw new ErrnoException(
                    "receive at most " + mostFds + " descriptors (more were sent, or this process can open no more)",
                    Errno.EMSGSIZE);
        }
        return (int) received;
    }

    /** Ends both directions; the other end reads to the end of what was sent, and this end's waits return. */
    public void shutdown() {
        int result = SocketCalls.shutdown(fd.value(), posix_h.SHUT_RDWR());
        if (result < 0 && result != -Errno.ENOTCONN) {
            throw new ErrnoException("shut down", -result);
        }
    }

    /** Closes the socket; every call but the first does nothing. */
    @Override
    public void close() {
        fd.close();
    }
}
