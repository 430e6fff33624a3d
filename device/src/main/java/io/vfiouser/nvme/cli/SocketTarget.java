package io.vfiouser.nvme.cli;

import io.vfiouser.client.ClientOptions;
import io.vfiouser.client.VfioUserClient;
import io.vfiouser.client.VfioUserException;
import io.vfiouser.client.VfioUserTimeoutException;
import io.vfiouser.nvme.driver.DriverOptions;
import io.vfiouser.nvme.driver.NvmeDriver;
import io.vfiouser.os.Errno;
import io.vfiouser.os.ErrnoException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.function.Supplier;

/** Attaching to the PATH of the command line, with an answer for each way in which it can be wrong. */
final class SocketTarget {

    private static final String IN_DIRECTORY = "cntrl";
    private static final int SOCKET_TYPE = 0xC000;
    private static final int TYPE_MASK = 0xF000;

    private SocketTarget() {}

    /** The socket that a PATH names: itself, or {@code cntrl} in it if it is a directory. */
    static Path socketOf(Path path) {
        return Files.isDirectory(path) ? path.resolve(IN_DIRECTORY) : path;
    }

    /** Attaches to an NVMe controller. */
    static NvmeDriver attach(Path path, DriverOptions options) {
        return reach(path, () -> NvmeDriver.connect(path, options));
    }

    /** Connects to any device. */
    static VfioUserClient connect(Path path) {
        return reach(path, () -> VfioUserClient.connect(socketOf(path), ClientOptions.defaults()));
    }

    /** Fails if there is no socket. */
    static void check(Path path) {
        Path socket = socketOf(path);
        if (!Files.exists(socket, LinkOption.NOFOLLOW_LINKS)) {
            throw new CommandFailure("there is no socket " + socket
                    + ": start a server first, as in: nvme-vfu serve --socket " + path + " --ram 1G");
        }
        if (!isSocket(socket)) {
            throw new CommandFailure(socket + " is no socket: name the PATH that was given to nvme-vfu serve --socket");
        }
    }

    private static <T> T reach(Path path, Supplier<T> attempt) {
        check(path);
        Path socket = socketOf(path);
        try {
            return attempt.get();
        } catch (VfioUserException | ErrnoException e) {
            if (errnoOf(e) == Errno.ECONNREFUSED) {
                throw new CommandFailure(
                        "nobody listens on " + socket + ": the server that made the socket is gone; start one again",
                        e);
            }
            if (errnoOf(e) == Errno.EACCES) {
                throw new CommandFailure("no permission to connect to " + socket + ": its owner must allow it", e);
            }
            if (e instanceof VfioUserTimeoutException) {
                throw new CommandFailure(
                        e.getMessage() + "; a server takes one client at a time: is another one attached to " + socket
                                + "?",
                        e);
            }
            throw e;
        }
    }

    private static int errnoOf(Throwable failure) {
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (t instanceof ErrnoException e) {
                return e.errno();
            }
        }
        return 0;
    }

    private static boolean isSocket(Path path) {
        try {
            return (((Integer) Files.getAttribute(path, "unix:mode")) & TYPE_MASK) == SOCKET_TYPE;
        } catch (IOException e) {
            throw new CommandFailure("cannot look at " + path + ": " + e.getMessage(), e);
        }
    }
}
