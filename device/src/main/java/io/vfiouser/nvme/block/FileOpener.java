package io.vfiouser.nvme.block;

import io.vfiouser.os.Errno;
import io.vfiouser.os.ErrnoException;
import io.vfiouser.os.RawFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/** Opens, locks and measures what a file device is stored in, and says in one line what is wrong with it. */
final class FileOpener {
    private static final Set<String> IN_MEMORY = Set.of("tmpfs", "ramfs");

    private FileOpener() {}

    /** Opens for a look: reading, no claim, no lock. */
    static RawFile look(Path path) {
        RawFile file;
        try {
            file = RawFile.open(path, RawFile.Access.READ, false);
        } catch (ErrnoException e) {
            throw cannot("open", path, e, e.errno() == Errno.ENOENT);
        }
        return requireBlocks(file);
    }

    /** Opens for use. */
    static RawFile open(Path path, boolean readOnly) {
        RawFile.Kind kind;
        try (RawFile file = look(path)) {
            kind = file.kind();
        }
        boolean exclusive = kind == RawFile.Kind.BLOCK_DEVICE && !readOnly;
        try {
            RawFile.Access access = readOnly ? RawFile.Access.READ : RawFile.Access.READ_WRITE;
            return requireBlocks(RawFile.open(path, access, exclusive));
        } catch (ErrnoException e) {
            if (e.errno() == Errno.EBUSY && exclusive) {
                throw new BlockDeviceException(
                        path
                                + " is in use: unmount it, and stop whoever else has it (see lsblk), or serve it read-only",
                        e);
            }
            throw cannot(readOnly ? "open" : "open for writing", path, e, false);
        }
    }

    static void lock(RawFile file, boolean readOnly) {
        try {
            if (!file.tryLock(!readOnly)) {
                throw new BlockDeviceException(
                        file.path() + " is locked by somebody else who serves or uses it: stop that one"
                                + (readOnly ? "" : ", or serve it read-only from both"));
            }
        } catch (ErrnoException e) {
            throw new BlockDeviceException(
                    "cannot lock " + file.path() + " (" + e.getMessage()
                            + "): its file system has no locks; switch locking off if nobody else can use it",
                    e);
        }
    }

    static long blockCount(RawFile file, int blockSizeBytes) {
        long length;
        try {
            length = file.lengthBytes();
        } catch (ErrnoException e) {
            throw cannot("measure", file.path(), e, false);
        }
        if (length == 0) {
            throw new BlockDeviceException(file.path()
                    + " is empty: give it a size first, for instance with `truncate -s 1G " + file.path() + "`");
        }
        if (length % blockSizeBytes != 0) {
            throw new BlockDeviceException(file.path() + " has " + length + " bytes, no multiple of the block size "
                    + blockSizeBytes + ": round it up with `truncate -s %" + blockSizeBytes + " " + file.path() + "`"
                    + (length % 512 == 0 ? ", or use a block size of 512" : ""));
        }
        return length / blockSizeBytes;
    }

    static BlockDeviceException cannot(String what, Path path, ErrnoException e, boolean missing) {
        String remedy = missing
                ? ": create it first, for instance with `truncate -s 1G " + path + "`"
                : e.errno() == Errno.EACCES || e.errno() == Errno.EPERM || e.errno() == Errno.EROFS
                        ? ": check its permissions, or serve it read-only"
                        : "";
        return new BlockDeviceException(
                "cannot " + what + " " + path + " (" + Errno.describe(e.errno()) + ")" + remedy, e);
    }

    /** Whether what a file holds is in memory and nowhere else, so that reading and writing it waits for no medium. */
    static boolean inMemory(Path path) {
        try {
            return IN_MEMORY.contains(Files.getFileStore(path).type());
        } catch (IOException e) {
            // Nothing depends on it but speed.
            return false;
        }
    }

    private static RawFile requireBlocks(RawFile file) {
        if (file.kind() == RawFile.Kind.OTHER) {
            file.close();
            throw new BlockDeviceException(file.path() + " is neither a file nor a block device: name a raw image");
        }
        return file;
    }
}
