package io.vfiouser.benchmarks.device;

import io.vfiouser.nvme.block.BlockDevice;
import io.vfiouser.nvme.block.NullBlockDevice;
import io.vfiouser.nvme.block.RamBlockDevice;

/** The back end under the device. Both complete inline, so that what is measured is one thread's work. */
public enum Medium {
    /** Memory, on huge pages where they are to be had. */
    RAM {
        @Override
        public BlockDevice open() {
            return RamBlockDevice.ofSize(SIZE_BYTES);
        }
    },
    /** Moves no data: everything but the medium. */
    NULL {
        @Override
        public BlockDevice open() {
            return NullBlockDevice.of(SIZE_BYTES / BLOCK_BYTES, BLOCK_BYTES);
        }
    };

    /** Bytes of the namespace: larger than the caches, small enough to be on huge pages on most machines. */
    static final long SIZE_BYTES = 64L << 20;
    /** Bytes of a logical block. */
    static final int BLOCK_BYTES = 512;

    /** A device of that kind. */
    public abstract BlockDevice open();
}
