package io.vfiouser.nvme.block;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes devices whose blocks are stored in a folder, one sparse raw image each, served as {@link FileBlockDevice}. The image's name says under
 * which number and identity it is known and how long its blocks are, so that whoever opens the folder again finds the same devices.
 *
 * <p>One pool at a time uses a folder: a lock file keeps others out, in this process and in others. Images may be copied or moved away while no
 * pool uses the folder, and put back; what has no image's name is left alone and named in a warning. What a crash left unfinished is
 * removed when the folder is opened.
 */
public final class DirectoryBlockDevicePool extends EmbeddedBlockDevicePool {
    private static final Logger LOG = LoggerFactory.getLogger(DirectoryBlockDevicePool.class);

    private final Path path;
    private final long capacityBytes;

    /** Null while the pool is inactive. */
    private volatile @Nullable PoolFolder folder;

    private DirectoryBlockDevicePool(Path path, long capacityBytes) {
        super("the pool in " + path, capacityBytes);
        this.path = path;
        this.capacityBytes = capacityBytes;
    }

    /**
     * Opens the pool in an existing folder, which may be empty.
     *
     * @param capacityBytes how long all images together may be
     * @throws BlockDeviceException if there is no such folder, it cannot be written or somebody else uses it, or if one of its images cannot be
     *     served
     * @throws IllegalArgumentException if the capacity is not above 0
     */
    public static DirectoryBlockDevicePool open(Path folder, long capacityBytes) {
        DirectoryBlockDevicePool pool = new DirectoryBlockDevicePool(folder, capacityBytes);
        pool.activate();
        return pool;
    }

    /**
     * As {@link #open}, but somebody else may use the folder until the pool is {@linkplain #activate activated}.
     *
     * @throws BlockDeviceException if there is no such folder, it cannot be read, or one of its images cannot be served
     */
    public static DirectoryBlockDevicePool inactive(Path folder, long capacityBytes) {
        DirectoryBlockDevicePool pool = new DirectoryBlockDevicePool(folder, capacityBytes);
        pool.lookAgain();
        return pool;
    }

    @Override
    public boolean active() {
        return folder != null;
    }

    @Override
    public synchronized void activate() {
        requireOpen();
        if (folder != null) {
            return;
        }
        PoolFolder taken = PoolFolder.open(path);
        try {
            find(taken.images());
        } catch (RuntimeException e) {
            taken.close();
            throw e;
        }
        folder = taken;
        if (allocatedBytes() > capacityBytes) {
            LOG.warn(
                    "{}: its images take {} bytes, more than the pool's capacity of {}; nothing can be created before some are deleted",
                    path,
                    allocatedBytes(),
                    capacityBytes);
        }
    }

    @Override
    public synchronized void release() {
        PoolFolder taken = folder;
        if (taken != null) {
            folder = null;
            taken.close();
        }
    }

    @Override
    synchronized void lookAgain() {
        if (folder == null && !isClosed()) {
            find(PoolFolder.look(path));
        }
    }

    @Override
    BlockDevice make(int number, long sizeBytes, int blockSizeBytes, BlockIdentity identity) {
        PoolImage image = new PoolImage(number, blockSizeBytes, identity);
        PoolFolder taken = taken();
        Path file = taken.create(image, sizeBytes);
        try {
            return serve(image, file);
        } catch (RuntimeException e) {
            taken.delete(file);
            throw e;
        }
    }

    @Override
    void destroy(BlockDevice device) {
        if (device instanceof FileBlockDevice file) {
            taken().delete(file.path());
        }
    }

    @Override
    void releaseMedium() {
        release();
    }

    private PoolFolder taken() {
        PoolFolder taken = folder;
        if (taken == null) {
            throw new IllegalStateException("the pool in " + path + " is not active");
        }
        return taken;
    }

    /** What is known already stays the same device, so that whoever has it finds it there. */
    private void find(List<PoolImage> images) {
        Map<Path, PoolImage> byFile = new LinkedHashMap<>();
        images.forEach(image -> byFile.put(image.in(path), image));
        keep((number, device) -> device instanceof FileBlockDevice file && byFile.containsKey(file.path()));
        for (Map.Entry<Path, PoolImage> each : byFile.entrySet()) {
            find(each.getValue(), each.getKey());
        }
    }

    private void find(PoolImage image, Path file) {
        FileBlockDevice device = serve(image, file);
        if (found(image.number(), device) instanceof FileBlockDevice other) {
            device.close();
            if (other.path().equals(file)) {
                other.refreshSize();
                return;
            }
            LOG.warn(
                    "{}: ignored, {} has the number {} already; rename one of them",
                    file,
                    other.path(),
                    image.number());
        }
    }

    private static FileBlockDevice serve(PoolImage image, Path file) {
        return FileBlockDevice.builder(file)
                .blockSizeBytes(image.blockSizeBytes())
                .identity(image.identity())
                .open();
    }
}
