package io.vfiouser.nvme;

import io.vfiouser.nvme.block.BlockDeviceException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What stores the blocks of one or two {@link ModelDisk}s, and which of them has it: never more than one. */
final class ModelMedium {
    static final int BLOCK_BYTES = 512;
    static final int BLOCKS = 64;

    private final MemorySegment content = MemorySegment.ofArray(new byte[BLOCKS * BLOCK_BYTES]);
    private @Nullable ModelDisk owner;

    ModelMedium(byte initial) {
        content.fill(initial);
    }

    MemorySegment content() {
        return content;
    }

    void lock(ModelDisk disk) {
        if (owner != null && !isOwner(disk)) {
            throw new BlockDeviceException("the medium is locked by the other side");
        }
        owner = disk;
    }

    void unlock(ModelDisk disk) {
        if (isOwner(disk)) {
            owner = null;
        }
    }

    boolean isOwner(ModelDisk disk) {
        return Objects.equals(owner, disk);
    }

    /** Whether all bytes of a block have this value. */
    boolean holds(int block, byte value) {
        long at = (long) block * BLOCK_BYTES;
        return content.get(ValueLayout.JAVA_BYTE, at) == value
                && MemorySegment.mismatch(content, at, at + BLOCK_BYTES - 1, content, at + 1, at + BLOCK_BYTES) < 0;
    }
}
