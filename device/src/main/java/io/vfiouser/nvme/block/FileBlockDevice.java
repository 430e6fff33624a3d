package io.vfiouser.nvme.block;

import io.vfiouser.os.Errno;
import io.vfiouser.os.ErrnoException;
import io.vfiouser.os.RawFile;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Stores blocks in a raw image or a block device, through the kernel's page cache.
 *
 * <p><b>Durability.</b> A flush is {@code fdatasync}. Force unit access is a write with {@code RWF_DSYNC}, or followed by {@code
 * fdatasync} where that is not to be had. After the kernel failed to write data back, every later flush and durable write fails
 * until the device is activated again: the kernel reports such a loss once and then forgets the data.
 *
 * <p><b>Ownership.</b> {@link #activate()} takes an open-file-description lock on the whole file: exclusive, or shared if the device is
 * read-only. It keeps out other instances of this class, in this process too, and every program that takes such locks. QEMU locks single
 * bytes of its images in the same way, so each side sees that the other has the image; QEMU also refuses to open an image that is served
 * read-only here, unless it is told {@code file.locking=off}. A block device is claimed with {@code O_EXCL} as well if it is
 * writable, which keeps mounts out. Programs that take no locks are not kept out.
 *
 * <p><b>Holes.</b> Deallocated ranges and zeroed ranges that may be deallocated become holes ({@code FALLOC_FL_PUNCH_HOLE}); other zeroed ranges
 * stay allocated ({@code FALLOC_FL_ZERO_RANGE}); where the file system can do neither, zeroes are written. So deallocated blocks always read
 * as zeroes. Holes are not reported as allocated; block devices do not tell, so all of them is.
 *
 * <p><b>Identity.</b> Unless the builder is given one, it is derived from the absolute path the device was named by, symbolic links not
 * followed: the same path on another host is the same volume, an image that is rewritten or restored stays the same volume, and {@code
 * /dev/disk/by-id} names are as stable as they promise. Whoever moves an image to another path says which identity it keeps.
 *
 * <p><b>Threads.</b> Reads that the kernel can answer from its cache are done on the poller, and of a file on a file system in memory
 * (tmpfs) also short writes, which may wait for nothing but pages that were swapped out; everything else by a few worker threads, so
 * that a slow disk holds up nobody but its own requests. Cancelling takes back what no worker has begun; what has begun stops at the next
 * border between two system calls, but a system call that hangs is waited for. What is written and read at the same time is never mixed
 * inside a block, nor inside aligned 4096 bytes: a worker that changes them keeps other workers out, and a poller leaves reading them to the
 * workers. A change by another program knows nothing of that.
 */
public final class FileBlockDevice extends EmbeddedBlockDevice {
    private final Path path;
    private final boolean locking;
    private final FileWorkers workers;
    /** So that a worker finds the next request when it has ended one, however late the poller looks. */
    private static final int DEPTH_PER_WORKER = 64;

    private final boolean immediate;
    private final boolean inMemory;
    private volatile @Nullable FileSession session;

    private FileBlockDevice(Builder builder, int blockSizeBytes, long blockCount, RawFile.Kind kind) {
        super(capabilities(builder, blockSizeBytes, kind), identity(builder), blockCount);
        this.path = builder.path;
        this.locking = builder.locking;
        this.workers = new FileWorkers(String.valueOf(path.getFileName()), builder.workers);
        this.immediate = builder.immediate;
        this.inMemory = kind == RawFile.Kind.REGULAR && FileOpener.inMemory(path);
    }

    private static BlockCapabilities capabilities(Builder builder, int blockSizeBytes, RawFile.Kind kind) {
        boolean regular = kind == RawFile.Kind.REGULAR;
        return BlockCapabilities.builder(
                        (regular ? "image " : "block device ") + builder.path + (builder.readOnly ? ", read-only" : ""),
                        blockSizeBytes)
                .readOnly(builder.readOnly)
                .persistent(true)
                .volatileCache(!builder.readOnly)
                .completesInline(false)
                .usefulDepth(builder.workers * DEPTH_PER_WORKER)
                .atomicBlocks(GranuleLocks.UNIT_BYTES / blockSizeBytes)
                .optimalBlocks(Math.max(1, 4096 / blockSizeBytes))
                .deallocate(!builder.readOnly)
                .extents(regular)
                .build();
    }

    private static BlockIdentity identity(Builder builder) {
        return builder.identity != null
                ? builder.identity
                : BlockIdentity.ofName("file:" + builder.path.toAbsolutePath().normalize());
    }

    /**
     * A writable device of blocks of 512 bytes, or of a block device's sectors.
     *
     * @throws BlockDeviceException if there is no such file, or its size does not fit
     */
    public static FileBlockDevice open(Path path) {
        return builder(path).open();
    }

    /** Describes a device that is stored in an existing file or block device. */
    public static Builder builder(Path path) {
        return new Builder(path);
    }

    /** What it is stored in. */
    public Path path() {
        return path;
    }

    @Override
    public boolean active() {
        return session != null;
    }

    @Override
    public void activate() {
        if (session != null) {
            return;
        }
        boolean readOnly = capabilities().readOnly();
        RawFile file = FileOpener.open(path, readOnly);
        try {
            if (locking) {
                FileOpener.lock(file, readOnly);
            }
            long blocks = FileOpener.blockCount(file, blockSizeBytes());
            state.activated();
            state.resized(blocks);
            session = new FileSession(file, blockSizeBytes(), workers);
        } catch (RuntimeException e) {
            state.deactivated();
            file.close();
            throw e;
        }
    }

    @Override
    public void release() {
        FileSession ending = session;
        if (ending == null) {
            return;
        }
        session = null;
        state.deactivated();
        if (!ending.close(!capabilities().readOnly())) {
            throw new BlockDeviceException(
                    path + " was released, but not all of its data could be written to the medium: "
                            + "check the medium, the kernel's log has the reason");
        }
    }

    /**
     * Looks at the file's size again, after somebody changed it, and tells the listeners. An inactive device has a look without taking anything.
     *
     * @throws BlockDeviceException if the new size is no multiple of the block size, or there is no file any more
     */
    public void refreshSize() {
        FileSession current = session;
        if (current == null || !current.enter()) {
            try (RawFile file = FileOpener.look(path)) {
                state.resized(FileOpener.blockCount(file, blockSizeBytes()));
            }
            return;
        }
        try {
            state.resized(FileOpener.blockCount(current.file, blockSizeBytes()));
        } finally {
            current.leave();
        }
    }

    @Override
    public BlockChannel openChannel(Waker waker) {
        // Not when the first request comes, for which a guest may have waited since it came from elsewhere.
        workers.ready();
        return new FileBlockChannel(this, state, waker, immediate ? new ImmediateTransfer(inMemory) : null);
    }

    @Override
    public void forEachAllocatedExtent(long firstBlock, long blockCount, ExtentVisitor visitor) {
        FileSession current = enter();
        try {
            long first = Math.clamp(firstBlock, 0, state.blockCount());
            long end = first + Math.clamp(blockCount, 0, state.blockCount() - first);
            if (!capabilities().extents()) {
                if (end > first) {
                    visitor.extent(first, end - first);
                }
                return;
            }
            FileExtents.forEach(current.file, blockSizeBytes(), first, end, visitor);
        } catch (ErrnoException e) {
            throw new BlockDeviceException("cannot find the holes of " + path + " (" + e.getMessage() + ")", e);
        } finally {
            current.leave();
        }
    }

    @Override
    public void close() {
        if (!state.isClosed()) {
            state.closed();
            try {
                release();
            } finally {
                workers.stop();
            }
        }
    }

    @Nullable
    FileSession session() {
        return session;
    }

    private FileSession enter() {
        FileSession current = session;
        if (current == null || !current.enter()) {
            throw new IllegalStateException("the device is not active");
        }
        return current;
    }

    /** Options of a device in a file. */
    public static final class Builder {
        private static final int DEFAULT_WORKERS = 4;
        private static final int MAX_WORKERS = 256;

        private final Path path;
        private int blockSizeBytes;
        private boolean readOnly;
        private boolean locking = true;
        private boolean immediate = true;
        private int workers = DEFAULT_WORKERS;
        private @Nullable BlockIdentity identity;

        private Builder(Path path) {
            this.path = path;
        }

        /** 512 or 4096; by default 512 for an image and the sector size for a block device. */
        public Builder blockSizeBytes(int value) {
            if (!BlockCapabilities.isBlockSize(value)) {
                throw new IllegalArgumentException("a block has 512 or 4096 bytes, not " + value);
            }
            blockSizeBytes = value;
            return this;
        }

        /** Refuses all changes, opens the file for reading only, and shares it with others that do so. */
        public Builder readOnly(boolean value) {
            readOnly = value;
            return this;
        }

        /** Whether the file is locked, which is the default. Without it two owners can destroy the content. */
        public Builder locking(boolean value) {
            locking = value;
            return this;
        }

        /**
         * Whether the poller reads by itself what the kernel has in its cache, and writes by itself into a file that is in memory, which is
         * the default.
         */
        public Builder readsFromCacheOnPoller(boolean value) {
            immediate = value;
            return this;
        }

        /** How many threads do the blocking calls, 1 to 256; by default {@value #DEFAULT_WORKERS}. */
        public Builder workers(int value) {
            if (value < 1 || value > MAX_WORKERS) {
                throw new IllegalArgumentException("1 to " + MAX_WORKERS + " workers, not " + value);
            }
            workers = value;
            return this;
        }

        /** By what hosts recognise it; see the class for the default. */
        public Builder identity(BlockIdentity value) {
            identity = value;
            return this;
        }

        /**
         * Looks at the file without locking it; {@link FileBlockDevice#activate()} does that.
         *
         * @throws BlockDeviceException if there is no such file, or its size does not fit
         */
        public FileBlockDevice open() {
            try (RawFile file = FileOpener.look(path)) {
                int sector = file.sectorBytes();
                int blockSize = blockSizeBytes != 0 ? blockSizeBytes : Math.max(512, sector);
                if (!BlockCapabilities.isBlockSize(blockSize) || blockSize % sector != 0) {
                    throw new BlockDeviceException(path + " has sectors of " + sector
                            + " bytes, which blocks of " + blockSize + " bytes do not fit"
                            + (sector == 4096 ? ": use a block size of 4096" : ""));
                }
                return new FileBlockDevice(this, blockSize, FileOpener.blockCount(file, blockSize), file.kind());
            } catch (ErrnoException e) {
                throw FileOpener.cannot("open", path, e, e.errno() == Errno.ENOENT);
            }
        }
    }
}
