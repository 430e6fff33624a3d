package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.block.BlockDevice;
import io.vfiouser.nvme.block.BlockRequest;
import io.vfiouser.nvme.spec.SubmissionEntry;

/**
 * A namespace: a back end under the identifier that commands name it by.
 *
 * @param id NSID, from 1 on
 * @param device where its blocks are; owned by whoever made it
 */
public record Namespace(int id, BlockDevice device) {
    /** Data pointers are dword-granular, so no back end may ask for more without bounce buffers. */
    private static final int DATA_ALIGNMENT = 4;

    public Namespace {
        if (id < 1 || id == SubmissionEntry.NSID_ALL) {
            throw new IllegalArgumentException("no namespace identifier: " + id);
        }
        int alignment = device.capabilities().memoryAlignmentBytes();
        if (alignment > DATA_ALIGNMENT) {
            throw new IllegalArgumentException(
                    "a back end that needs memory aligned to %d bytes cannot take a guest's".formatted(alignment)
                            + " buffers, which are aligned to " + DATA_ALIGNMENT);
        }
    }

    /** Binary logarithm of a block's bytes. */
    public int blockShift() {
        return Integer.numberOfTrailingZeros(device.blockSizeBytes());
    }

    /** Capacity in blocks, now. */
    public long blockCount() {
        return device.blockCount();
    }

    /** Whether a flush has anything to do. */
    boolean hasVolatileCache() {
        return device.capabilities().volatileCache();
    }

    /** {@link BlockRequest#UNKNOWN_BLOCK} as the error log writes it. */
    static long reportedBlock(long failedBlock) {
        return failedBlock == BlockRequest.UNKNOWN_BLOCK ? 0 : failedBlock;
    }
}
