package io.vfiouser.nvme.block;

/**
 * Makes {@link RamBlockDevice}s up to a limit. It starts empty, takes memory only for what is written, and loses everything when it is
 * closed.
 */
public final class RamBlockDevicePool extends EmbeddedBlockDevicePool {
    private RamBlockDevicePool(long capacityBytes) {
        super("the RAM pool", capacityBytes);
    }

    /**
     * A pool for devices of so many bytes together.
     *
     * @throws IllegalArgumentException if that is not above 0
     */
    public static RamBlockDevicePool ofSize(long capacityBytes) {
        return new RamBlockDevicePool(capacityBytes);
    }

    @Override
    BlockDevice make(int number, long sizeBytes, int blockSizeBytes, BlockIdentity identity) {
        try {
            return RamBlockDevice.builder(sizeBytes)
                    .blockSizeBytes(blockSizeBytes)
                    .identity(identity)
                    .build();
        } catch (BlockDeviceException e) {
            throw new InsufficientCapacityException(
                    "the system has no memory for another " + sizeBytes
                            + " bytes: delete a namespace, or start with a smaller pool",
                    e);
        }
    }

    /** The memory went when the device was closed. */
    @Override
    void destroy(BlockDevice device) {}

    @Override
    void releaseMedium() {}
}
