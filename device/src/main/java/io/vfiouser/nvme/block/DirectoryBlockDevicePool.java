package io.vfiouser.nvme.block;

import java.nio.file.Path;
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

    private final PoolFolder folder;

    private DirectoryBlockDevicePool(Path path, long capacityBytes) {
        super("the pool in " + path, capacityBytes);
        folder = PoolFolder.open(path);
        try {
            for (PoolImage image : folder.images()) {
                find(image, image.in(path));
            }
        } catch (RuntimeException e) {
            folder.close();
            throw e;
        }
        if (allocatedBytes() > capacityBytes) {
            LOG.warn(
                    "{}: its images take {} bytes, more than the pool's capacity of {}; nothing can be created before some are deleted",
                    path,
                    allocatedBytes(),
                    capacityBytes);
        }
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
        return new DirectoryBlockDevicePool(folder, capacityBytes);
    }

    @Override
    BlockDevice make(int number, long sizeBytes, int blockSizeBytes, BlockIdentity identity) {
        PoolImage image = new PoolImage(number, blockSizeBytes, identity);
        Path file = folder.create(image, sizeBytes);
        try {
            return serve(image, file);
        } catch (RuntimeException e) {
            folder.delete(file);
            throw e;
        }
    }

    @Override
    void destroy(BlockDevice device) {
        if (device instanceof FileBlockDevice file) {
            folder.delete(file.path());
        }
    }

    @Override
    void releaseMedium() {
        folder.close();
    }

    private void find(PoolImage image, Path file) {
        FileBlockDevice device = serve(image, file);
        if (found(image.number(), device) instanceof FileBlockDevice other) {
            device.close();
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
