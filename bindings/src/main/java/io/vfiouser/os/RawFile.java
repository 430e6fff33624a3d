package io.vfiouser.os;

import io.vfiouser.ffi.posix.flock;
import io.vfiouser.ffi.posix.posix_h;
import io.vfiouser.ffi.posix.stat;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

/**
 * A regular file or a block device, with what {@link java.nio.channels.FileChannel} does not give: scattered positional
 * I/O on raw addresses, durable writes, holes, open-file-description locks, sizes of devices.
 *
 * <p>I/O methods may be called by many threads at once. They return what the kernel returned, a negative number being the
 * negative error number, because their callers turn either into something of their own; the others throw
 * {@link ErrnoException}. {@link #close} must come after the last call of anybody else.
 */
public final class RawFile implements AutoCloseable {
    /** What may be done with the content. */
    public enum Access {
        /** Reading. */
        READ,
        /** Reading and writing. */
        READ_WRITE
    }

    /** What is behind the name. */
    public enum Kind {
        /** A regular file. */
        REGULAR,
        /** A block device. */
        BLOCK_DEVICE,
        /** Anything else: a directory, a pipe, a character device. */
        OTHER
    }

    private final Path path;
    private final Fd fd;
    private final Kind kind;
    private final long device;
    private final long inode;

    private RawFile(Path path, Fd fd) {
        this.path = path;
        this.fd = fd;
        MemorySegment status = CallState.current().scratch();
        ErrnoException.check("stat " + path, FdCalls.fstat(fd.value(), status));
        int type = stat.st_mode(status) & posix_h.__S_IFMT();
        this.kind = type == posix_h.__S_IFREG()
                ? Kind.REGULAR
                : type == posix_h.__S_IFBLK() ? Kind.BLOCK_DEVICE : Kind.OTHER;
        this.device = stat.st_dev(status);
        this.inode = stat.st_ino(status);
    }

    /**
     * Opens an existing file.
     *
     * @param exclusive for block devices: claims the device, which fails with {@code EBUSY} if it is mounted or claimed already
     * @throws ErrnoException if it cannot be opened
     */
    public static RawFile open(Path path, Access access, boolean exclusive) {
        // Not to hang on a pipe; without meaning for files and disks.
        int flags = posix_h.O_NONBLOCK()
                | (access == Access.READ ? posix_h.O_RDONLY() : posix_h.O_RDWR())
                | (exclusive ? posix_h.O_EXCL() : 0);
        Fd fd = Fd.open(path, flags);
        try {
            return new RawFile(path, fd);
        } catch (RuntimeException e) {
            fd.close();
            throw e;
        }
    }

    /** The name it was opened by. */
    public Path path() {
        return path;
    }

    /** What it is. */
    public Kind kind() {
        return kind;
    }

    /** The number of the device that holds the file; with {@link #inode} it tells files apart. */
    public long device() {
        return device;
    }

    /** The file's number on its device. */
    public long inode() {
        return inode;
    }

    /**
     * The length in bytes at this moment, of a block device its capacity.
     *
     * @throws ErrnoException if the system does not tell
     */
    public long lengthBytes() {
        if (kind != Kind.BLOCK_DEVICE) {
            return fd.lengthBytes();
        }
        MemorySegment size = CallState.current().scratch();
        ErrnoException.check("ask for the size of " + path, FileCalls.ioctl(fd.value(), posix_h.BLKGETSIZE64(), size));
        return size.get(ValueLayout.JAVA_LONG, 0);
    }

    /**
     * The logical sector size of a block device in bytes; 1 for a file, which may be read and written anywhere.
     *
     * @throws ErrnoException if the system does not tell
     */
    public int sectorBytes() {
        if (kind != Kind.BLOCK_DEVICE) {
            return 1;
        }
        MemorySegment size = CallState.current().scratch();
        ErrnoException.check(
                "ask for the sector size of " + path, FileCalls.ioctl(fd.value(), posix_h.BLKSSZGET(), size));
        return size.get(ValueLayout.JAVA_INT, 0);
    }

    /**
     * Reads into the vector's pieces from {@code position} on, in one system call.
     *
     * @return how many bytes were read, 0 at the end of the file, or the negative error number
     */
    public long read(IoVector into, long position) {
        return FileCalls.preadv2(fd.value(), into.pieces(), into.count(), position, 0);
    }

    /**
     * As {@link #read}, for what can be had without waiting for the medium.
     *
     * @return as {@link #read}; {@code -EAGAIN} if it would have to wait, {@code -EOPNOTSUPP} if the file system cannot tell
     */
    public long readWithoutWaiting(IoVector into, long position) {
        return FileCalls.preadv2(fd.value(), into.pieces(), into.count(), position, posix_h.RWF_NOWAIT());
    }

    /**
     * Writes the vector's pieces from {@code position} on, in one system call.
     *
     * @return how many bytes were written, or the negative error number
     */
    public long write(IoVector from, long position) {
        return FileCalls.pwritev2(fd.value(), from.pieces(), from.count(), position, 0);
    }

    /**
     * As {@link #write}; what it reports as written is durable.
     *
     * @return as {@link #write}; {@code -EOPNOTSUPP} if kernel or file system cannot do this
     */
    public long writeDurably(IoVector from, long position) {
        return FileCalls.pwritev2(fd.value(), from.pieces(), from.count(), position, posix_h.RWF_DSYNC());
    }

    /**
     * Makes everything durable that was written before.
     *
     * @return 0 or the negative error number. After an error the kernel forgets what it could not write: a later success says
     *     nothing about it
     */
    public int sync() {
        return FileCalls.fdatasync(fd.value());
    }

    /**
     * Gives the room of a range back; it then reads as zeroes. The length of the file stays.
     *
     * @return 0 or the negative error number, {@code -EOPNOTSUPP} if this cannot be done here
     */
    public int punchHole(long position, long lengthBytes) {
        return FileCalls.fallocate(
                fd.value(), posix_h.FALLOC_FL_PUNCH_HOLE() | posix_h.FALLOC_FL_KEEP_SIZE(), position, lengthBytes);
    }

    /**
     * Makes a range read as zeroes and keeps its room reserved.
     *
     * @return 0 or the negative error number, {@code -EOPNOTSUPP} if this cannot be done here
     */
    public int zeroRange(long position, long lengthBytes) {
        return FileCalls.fallocate(
                fd.value(), posix_h.FALLOC_FL_ZERO_RANGE() | posix_h.FALLOC_FL_KEEP_SIZE(), position, lengthBytes);
    }

    /**
     * Where, from {@code position} on, data begins. Moves the file's offset, which nothing else here uses.
     *
     * @return the position, {@code -ENXIO} if there is only a hole up to the end, or another negative error number
     */
    public long nextData(long position) {
        return FileCalls.lseek(fd.value(), position, posix_h.SEEK_DATA());
    }

    /**
     * Where, from {@code position} on, the next hole begins; the end of the file counts as one.
     *
     * @return the position, or a negative error number
     */
    public long nextHole(long position) {
        return FileCalls.lseek(fd.value(), position, posix_h.SEEK_HOLE());
    }

    /**
     * Locks the whole file for this open of it, against every other open in this and in other processes that takes locks, by
     * the kernel's open-file-description locks. The lock goes with {@link #close} or with the process.
     *
     * @param exclusive alone (the file must be open for writing), or together with others that do not want to be alone
     * @return whether the lock was got; it is never waited for
     * @throws ErrnoException if the file system has no locks
     */
    public boolean tryLock(boolean exclusive) {
        MemorySegment request = CallState.current().scratch();
        request.fill((byte) 0);
        flock.l_type(request, (short) (exclusive ? posix_h.F_WRLCK() : posix_h.F_RDLCK()));
        flock.l_whence(request, (short) posix_h.SEEK_SET());
        int result = FileCalls.fcntl(fd.value(), posix_h.F_OFD_SETLK(), request);
        if (result == -Errno.EAGAIN || result == -Errno.EACCES) {
            return false;
        }
        ErrnoException.check("lock " + path, result);
        return true;
    }

    /** Whether {@link #close} has not been called yet. */
    public boolean isOpen() {
        return fd.isOpen();
    }

    /** Closes it, and with that drops its lock; every call but the first does nothing. */
    @Override
    public void close() {
        fd.close();
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
