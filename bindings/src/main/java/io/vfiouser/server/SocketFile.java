package io.vfiouser.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * The file of a listening socket: replaced when it is stale, refused when somebody answers, removed when it is still ours.
 *
 * <p>The library binds to a temporary name beside it, which gets its real name when the device is complete. So the name never
 * leads to a device that is half set up; the library, which from 0.2 on removes its path whatever is there, removes nothing that
 * belongs to others; and a native context can take over the listening socket of another.
 */
final class SocketFile {
    /** Longest path {@code sockaddr_un} holds. */
    static final int MAXIMUM_PATH_BYTES = 107;

    private static final int NAME_DIGITS = 5;
    private static final int NAME_RADIX = 36;

    private final Path path;
    private @Nullable Object identity;

    SocketFile(Path path) {
        this.path = path;
    }

    /**
     * Makes way for a new socket.
     *
     * @throws IllegalStateException if another server answers there, the path is no socket, or no socket can be made in its folder
     */
    void clear() {
        try {
            requireShort(path);
            requireFolder(path);
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

    private static void requireShort(Path path) {
        if (path.toString().getBytes(StandardCharsets.UTF_8).length > MAXIMUM_PATH_BYTES) {
            throw new IllegalStateException(
                    "the socket path " + path + " is longer than " + MAXIMUM_PATH_BYTES + " bytes; use a shorter one");
        }
    }

    private static void requireFolder(Path path) {
        Path folder = path.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new IllegalStateException(
                    "there is no folder " + folder + " for the socket " + path + "; create it or choose another path");
        }
        if (!Files.isWritable(folder)) {
            throw new IllegalStateException("the folder of the socket " + path
                    + " cannot be written; change its permissions or choose another path");
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

    /** A name for the library to bind to, in the same folder. */
    Path temporary() {
        StringBuilder name = new StringBuilder(".");
        for (int i = 0; i < NAME_DIGITS; i++) {
            name.append(Character.forDigit(ThreadLocalRandom.current().nextInt(NAME_RADIX), NAME_RADIX));
        }
        Path temporary = path.resolveSibling(name.toString());
        requireShort(temporary);
        return temporary;
    }

    /**
     * Gives a socket its real name: clients find it from now on.
     *
     * @throws IllegalStateException if somebody took the name in the meantime
     */
    void publish(Path temporary) {
        try {
            try {
                // A link fails where a file exists, a rename would replace it: the second of two servers that start at
                // once notices.
                Files.createLink(path, temporary);
                Files.delete(temporary);
            } catch (FileAlreadyExistsException taken) {
                Files.deleteIfExists(temporary);
                throw new IllegalStateException(
                        "another server took " + path + " at this moment; choose another path", taken);
            } catch (IOException | UnsupportedOperationException noLinks) {
                Files.move(temporary, path);
            }
            identity = currentIdentity();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make the socket " + path, e);
        }
    }

    /** Removes a temporary name that is not needed any more. */
    static void discard(Path temporary) {
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove " + temporary, e);
        }
    }

    /** Removes the file if it is ours. */
    void remove() {
        Object mine = identity;
        identity = null;
        if (mine != null && mine.equals(currentIdentity())) {
            discard(path);
        }
    }

    private @Nullable Object currentIdentity() {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
        } catch (IOException e) {
            return null;
        }
    }
}
