package io.vfiouser.os;

import io.vfiouser.ffi.posix.posix_h;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Accepts connections on a socket in the file system. One thread at a time; {@link #close} may come from another.
 *
 * <p>What already exists at the path is not replaced: whether it is stale only the caller can know.
 */
public final class UnixListener implements AutoCloseable {
    private static final int BACKLOG = 16;

    private final Fd fd;
    private final Path path;

    private UnixListener(Fd fd, Path path) {
        this.fd = fd;
        this.path = path;
    }

    /**
     * Makes the socket and listens; a client can connect from now on.
     *
     * @throws IllegalArgumentException if the path is longer than {@link UnixSocket#MAX_PATH_BYTES}
     * @throws ErrnoException if the system refuses; {@link Errno#EADDRINUSE} if the path exists
     */
    public static UnixListener bind(Path path) {
        try (Arena arena = Arena.ofConfined()) {
            SocketAddress address = SocketAddress.of(path, arena);
            Fd fd = UnixSocket.open();
            try {
                ErrnoException.check(
                        "bind " + path,
                        SocketCalls.bind(
                                fd.value(), address.segment(), address.segment().byteSize()));
                ErrnoException.check("listen on " + path, SocketCalls.listen(fd.value(), BACKLOG));
                return new UnixListener(fd, path);
            } catch (ErrnoException e) {
                fd.close();
                throw e;
            }
        }
    }

    /** For {@link Poll}: readable when somebody is waiting. It stays this object's. */
    public Fd fd() {
        return fd;
    }

    /** Where it listens. */
    public Path path() {
        return path;
    }

    /**
     * Waits for a connection.
     *
     * @return the connection, which the caller owns, or nothing if the time ran out
     * @throws ErrnoException if the system refuses, for one when no descriptor is left
     */
    public Optional<UnixSocket> accept(Duration timeout) {
        if (!Poll.awaitReadable(fd.value(), timeout)) {
            return Optional.empty();
        }
        int accepted = SocketCalls.accept(fd.value(), posix_h.SOCK_CLOEXEC() | posix_h.SOCK_NONBLOCK());
        if (accepted == -Errno.EAGAIN) {
            // Whoever was waiting has gone again.
            return Optional.empty();
        }
        return Optional.of(UnixSocket.adopt(Fd.adopt(ErrnoException.check("accept on " + path, accepted))));
    }

    /** Stops listening and removes the socket from the file system; every call but the first does nothing. */
    @Override
    public void close() {
        if (fd.isOpen()) {
            try {
                Files.deleteIfExists(path);
            } catch (IOException e) {
                // A socket file without a listener does no harm: connecting to it is refused.
            }
            fd.close();
        }
    }
}
