package io.vfiouser.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * The file of a listening socket: replaced when it is stale, refused when somebody answers, removed when it is still ours.
 *
 * <p>The library binds, and fails if the path exists. At level 0.1 it never removes the file; from 0.2 on it removes whatever has the
 * path when the context is destroyed. Two servers that start at the same moment on one stale socket are not kept apart.
 */
final class SocketFile {
    /** Longest path {@code sockaddr_un} holds. */
    static final int MAXIMUM_PATH_BYTES = 107;

    private final Path path;
    private @Nullable Object identity;

    SocketFile(Path path) {
        this.path = path;
    }

    /**
     * Makes way for a new socket.
     *
     * @throws IllegalStateException if another server answers there, or the path is no socket
     */
    void clear() {
        try {
            if (path.toString().getBytes(StandardCharsets.UTF_8).length > MAXIMUM_PATH_BYTES) {
                throw new IllegalStateException("the socket path " + path + " is longer than " + MAXIMUM_PATH_BYTES
                        + " bytes; use a shorter one");
            }
            if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
                return;
            }
            if (!Files.readAttributes(path, BasicFileAttributes.class).isOther()) {
                throw new IllegalStateException(path + " exists and is no socket; remove it or choose another path");
            }
            if (answers()) {
                throw new IllegalStateException(
                        "another server listens on " + path + "; stop it or choose another path");
            }
            Files.deleteIfExists(path);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot use the socket path " + path, e);
        }
    }

    private boolean answers() throws IOException {
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            // Not blocking: the backlog of a live server may be full, and then a connect would wait for it.
            probe.configureBlocking(false);
            probe.connect(UnixDomainSocketAddress.of(path));
            return true;
        } catch (ConnectException refused) {
            return false;
        } catch (NoSuchFileException gone) {
            return false;
        } catch (SocketException other) {
            // Not refused, so somebody may be there: a full backlog, or no permission to ask.
            return Files.exists(path);
        }
    }

    /** Remembers the file that was just bound. */
    void bound() {
        identity = currentIdentity();
    }

    /** Whether the path still names the socket that was bound. */
    boolean isOurs() {
        return identity != null && identity.equals(currentIdentity());
    }

    /** Removes the file if it is ours. */
    void remove() {
        if (isOurs()) {
            try {
                Files.deleteIfExists(path);
            } catch (IOException e) {
                throw new UncheckedIOException("cannot remove the socket " + path, e);
            }
        }
        identity = null;
    }

    private @Nullable Object currentIdentity() {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
        } catch (IOException e) {
            return null;
        }
    }
}
