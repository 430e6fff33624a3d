package io.vfiouser.abi;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A temporary folder of mode 0700 with files but no folders in it, deleted by {@link #close}. */
record PrivateFolder(Path path) implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PrivateFolder.class);
    private static final String PREFIX = "vfiouser-";

    /** The address of a UNIX socket holds 107 bytes; the folder's name and the socket's take up to 40 of them. */
    private static final int LONGEST_PARENT_FOR_SOCKETS = 64;

    static PrivateFolder create() throws IOException {
        return createIn(Path.of(System.getProperty("java.io.tmpdir", "/tmp")));
    }

    /** One whose path is short enough for a socket in it. */
    static PrivateFolder createForSocket() throws IOException {
        Path usual = Path.of(System.getProperty("java.io.tmpdir", "/tmp")).toAbsolutePath();
        boolean fits = usual.toString().getBytes(StandardCharsets.UTF_8).length <= LONGEST_PARENT_FOR_SOCKETS;
        return createIn(fits ? usual : Path.of("/tmp"));
    }

    private static PrivateFolder createIn(Path parent) throws IOException {
        return new PrivateFolder(Files.createTempDirectory(
                parent, PREFIX, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))));
    }

    @Override
    public void close() {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(path)) {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
            Files.deleteIfExists(path);
        } catch (IOException e) {
            LOG.warn("cannot delete the temporary folder {}", path, e);
        }
    }
}
