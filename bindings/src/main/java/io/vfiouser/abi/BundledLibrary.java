package io.vfiouser.abi;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * A library out of a jar, copied to a folder that only this user can enter, since the dynamic linker loads files only.
 *
 * <p>The copy is checked against the resource's SHA-256 (a full disk truncates), and is deleted as soon as it is loaded: the
 * mapping keeps the bytes, and a process that is killed leaves nothing behind.
 */
final class BundledLibrary implements AutoCloseable {
    static final String PROPERTIES = "libvfio-user.properties";

    private final PrivateFolder folder;
    private final Path file;

    private BundledLibrary(PrivateFolder folder, Path file) {
        this.folder = folder;
        this.file = file;
    }

    /** Copies the library and, if there are any, the properties beside it. */
    static BundledLibrary extract(URL resource) {
        PrivateFolder folder;
        try {
            folder = PrivateFolder.create();
        } catch (IOException e) {
            throw failed(resource, e);
        }
        try {
            Path file = folder.path().resolve("libvfio-user.so");
            byte[] wanted = copy(resource, file);
            if (!Arrays.equals(wanted, digest(file))) {
                throw new IOException("the copy in " + folder.path() + " differs from the resource");
            }
            copyProperties(resource, folder.path().resolve(PROPERTIES));
            return new BundledLibrary(folder, file);
        } catch (IOException e) {
            folder.close();
            throw failed(resource, e);
        }
    }

    Path file() {
        return file;
    }

    @Override
    public void close() {
        folder.close();
    }

    private static void copyProperties(URL resource, Path to) throws IOException {
        String name = resource.toString();
        URL properties = URI.create(name.substring(0, name.lastIndexOf('/') + 1) + PROPERTIES)
                .toURL();
        try {
            copy(properties, to);
        } catch (IOException absent) {
            // They cross-check only; a jar without them works.
            Files.deleteIfExists(to);
        }
    }

    private static byte[] copy(URL from, Path to) throws IOException {
        MessageDigest digest = sha256();
        URLConnection connection = from.openConnection();
        connection.setUseCaches(false);
        try (InputStream in = new DigestInputStream(connection.getInputStream(), digest);
                OutputStream out = Files.newOutputStream(to, StandardOpenOption.CREATE_NEW)) {
            in.transferTo(out);
        }
        return digest.digest();
    }

    private static byte[] digest(Path file) throws IOException {
        MessageDigest digest = sha256();
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
        return digest.digest();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static VfioUserLibraryException failed(URL resource, IOException cause) {
        return new VfioUserLibraryException(
                "cannot copy " + resource + " to a temporary folder (" + cause.getMessage()
                        + "); give a folder with space with -Djava.io.tmpdir=FOLDER, or " + LibrarySearch.REMEDY,
                new UncheckedIOException(cause));
    }
}
