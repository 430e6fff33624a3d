package io.vfiouser.nvme.block;

import io.vfiouser.os.ErrnoException;
import io.vfiouser.os.RawFile;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The files of a {@link DirectoryBlockDevicePool}: what becomes of them is durable, whole or not at all. One thread at a time. */
final class PoolFolder implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DirectoryBlockDevicePool.class);
    private static final String LOCK = "pool.lock";

    private final Path path;
    private final RawFile lock;

    private PoolFolder(Path path, RawFile lock) {
        this.path = path;
        this.lock = lock;
    }

    /** Takes a folder, alone. */
    static PoolFolder open(Path path) {
        requireFolder(path);
        Path lockFile = path.resolve(LOCK);
        try {
            if (!Files.exists(lockFile, LinkOption.NOFOLLOW_LINKS)) {
                FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE)
                        .close();
            }
        } catch (IOException e) {
            throw cannot("write to the folder " + path, e, "check its permissions");
        }
        RawFile lock = null;
        try {
            lock = RawFile.open(lockFile, RawFile.Access.READ_WRITE, false);
            if (!lock.tryLock(true)) {
                throw new BlockDeviceException("the pool in " + path
                        + " is in use by somebody else: stop that server, or name another folder");
            }
            return new PoolFolder(path, lock);
        } catch (ErrnoException e) {
            closeQuietly(lock);
            throw new BlockDeviceException(
                    "cannot lock " + lockFile + " (" + e.getMessage()
                            + "): check its permissions, and that its file system has locks",
                    e);
        } catch (BlockDeviceException e) {
            closeQuietly(lock);
            throw e;
        }
    }

    private static void requireFolder(Path path) {
        if (!Files.isDirectory(path)) {
            throw new BlockDeviceException(
                    Files.exists(path)
                            ? path + " is no folder: name the one where the pool keeps its images"
                            : "there is no folder " + path + ": create it first, with `mkdir -p " + path + "`");
        }
    }

    /** The images of a folder that somebody else may have, in the order of their names. Changes and locks nothing. */
    static List<PoolImage> look(Path path) {
        requireFolder(path);
        List<PoolImage> images = new ArrayList<>();
        for (Path file : list(path)) {
            if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                PoolImage.parse(String.valueOf(file.getFileName())).ifPresent(images::add);
            }
        }
        return images;
    }

    private static void closeQuietly(@Nullable RawFile file) {
        if (file != null) {
            file.close();
        }
    }

    /** The images, in the order of their names. Removes unfinished ones and names what does not belong here. */
    List<PoolImage> images() {
        List<PoolImage> images = new ArrayList<>();
        for (Path file : list(path)) {
            String name = String.valueOf(file.getFileName());
            if (PoolImage.isUnfinished(name)) {
                LOG.info("{}: removed, its creation was interrupted", file);
                delete(file);
                continue;
            }
            PoolImage image = PoolImage.parse(name).orElse(null);
            if (image != null && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                images.add(image);
            } else if (!name.equals(LOCK)) {
                LOG.warn("{}: ignored, it is no image of a pool; images are called ns-NUMBER.BLOCKSIZE.UUID.img", file);
            }
        }
        return images;
    }

    private static List<Path> list(Path path) {
        try (Stream<Path> files = Files.list(path)) {
            return files.sorted().toList();
        } catch (IOException e) {
            throw cannot("read the folder " + path, e, "check its permissions");
        }
    }

    /** Makes a sparse image of zeroes. */
    Path create(PoolImage image, long sizeBytes) {
        Path complete = image.in(path);
        Path unfinished = complete.resolveSibling(image.fileName() + PoolImage.UNFINISHED_SUFFIX);
        try {
            fill(unfinished, sizeBytes);
            Files.move(unfinished, complete, StandardCopyOption.ATOMIC_MOVE);
            sync();
            return complete;
        } catch (IOException e) {
            // Without its directory entry on the medium it may come back after a crash, but then it is whole.
            removeAfterFailure(unfinished, e);
            removeAfterFailure(complete, e);
            throw cannot("create " + complete, e, "check the folder's permissions and its file system");
        } catch (BlockDeviceException e) {
            removeAfterFailure(unfinished, e);
            throw e;
        }
    }

    private static void fill(Path unfinished, long sizeBytes) throws IOException {
        Files.deleteIfExists(unfinished);
        Files.createFile(unfinished);
        try (RandomAccessFile file = new RandomAccessFile(unfinished.toFile(), "rw")) {
            try {
                file.setLength(sizeBytes);
            } catch (IOException e) {
                throw new InsufficientCapacityException(
                        "the file system of " + unfinished + " takes no file of " + sizeBytes + " bytes (" + reason(e)
                                + "): use another one, or give the pool less capacity",
                        e);
            }
            file.getChannel().force(true);
        }
    }

    /** Removes an image. */
    void delete(Path file) {
        try {
            Files.deleteIfExists(file);
            sync();
        } catch (IOException e) {
            throw cannot("delete " + file, e, "check the folder's permissions and its file system");
        }
    }

    private void sync() throws IOException {
        // The only way by which Java opens a directory, and the file systems of Linux take it.
        try (FileChannel folder = FileChannel.open(path, StandardOpenOption.READ)) {
            folder.force(true);
        }
    }

    private static void removeAfterFailure(Path file, Exception failure) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    private static BlockDeviceException cannot(String what, IOException e, String remedy) {
        return new BlockDeviceException("cannot " + what + " (" + reason(e) + "): " + remedy, e);
    }

    private static String reason(IOException e) {
        String reason = e instanceof FileSystemException f ? f.getReason() : e.getMessage();
        return reason != null ? reason : e.getClass().getSimpleName();
    }

    /** Lets others have the folder. */
    @Override
    public void close() {
        lock.close();
    }
}
