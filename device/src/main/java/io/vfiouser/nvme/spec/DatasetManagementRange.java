package io.vfiouser.nvme.spec;

import java.lang.foreign.MemorySegment;

/** A range of Dataset Management, 16 bytes. NVM Command Set 1.1, section 3.3.3, "Range Definition". */
public final class DatasetManagementRange {
    public static final int LENGTH_BYTES = 16;
    /** The most ranges one command carries. */
    public static final int MAXIMUM_RANGES = 256;
    /** Context Attributes, u32. */
    public static final int ATTRIBUTES = 0;
    /** Length in logical blocks, u32. */
    public static final int LENGTH = 4;
    /** Starting LBA, u64. */
    public static final int STARTING_LBA = 8;

    private DatasetManagementRange() {}

    public static void write(MemorySegment segment, long offset, long startingLba, long lengthBlocks) {
        LittleEndian.putU32(segment, offset + ATTRIBUTES, 0);
        LittleEndian.putU32(segment, offset + LENGTH, (int) lengthBlocks);
        LittleEndian.putU64(segment, offset + STARTING_LBA, startingLba);
    }

    public static long lengthBlocks(MemorySegment segment, long offset) {
        return LittleEndian.u32(segment, offset + LENGTH);
    }

    public static long startingLba(MemorySegment segment, long offset) {
        return LittleEndian.i64(segment, offset + STARTING_LBA);
    }
}
