package io.vfiouser.nvme.driver.workload;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Fills logical blocks so that each says where it belongs, which write made it, and whether it is whole. Little-endian words of 8
 * bytes: 0 magic, 1 run, 2 namespace, 3 LBA, 4 generation, 5 checksum of all others, then filling that depends on all of them.
 */
public final class BlockStamp {

    /** {@link #read} found a block that no run stamped. */
    public static final long NO_STAMP = -1;
    /** {@link #read} found a stamp whose checksum does not fit: parts of the block are from elsewhere. */
    public static final long TORN = -2;
    /** {@link #read} found a whole block that was written to another LBA or namespace. */
    public static final long MISPLACED = -3;
    /** {@link #read} found a whole block of another run. */
    public static final long OTHER_RUN = -4;

    private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final long MAGIC = 0x504D_4154_5355_4656L;
    private static final int RUN = 8;
    private static final int NAMESPACE = 16;
    private static final int LBA = 24;
    private static final int GENERATION = 32;
    private static final int CHECKSUM = 40;
    private static final int FILLING = 48;
    private static final long MIX_1 = 0x9E37_79B9_7F4A_7C15L;
    private static final long MIX_2 = 0xBF58_476D_1CE4_E5B9L;

    private BlockStamp() {}

    /** Stamps one block of {@code blockBytes} at {@code offset}. {@code generation} counts from 1. */
    public static void write(
            MemorySegment data, long offset, int blockBytes, long run, int namespaceId, long lba, long generation) {
        data.set(WORD, offset, MAGIC);
        data.set(WORD, offset + RUN, run);
        data.set(WORD, offset + NAMESPACE, namespaceId);
        data.set(WORD, offset + LBA, lba);
        data.set(WORD, offset + GENERATION, generation);
        long filling = (run ^ lba * MIX_2) + generation * MIX_1;
        for (int i = FILLING; i < blockBytes; i += Long.BYTES) {
            filling += MIX_1;
            data.set(WORD, offset + i, filling);
        }
        data.set(WORD, offset + CHECKSUM, checksum(data, offset, blockBytes));
    }

    /** The generation of a block that is whole and at its place, or one of the negative constants. */
    public static long read(MemorySegment data, long offset, int blockBytes, long run, int namespaceId, long lba) {
        if (data.get(WORD, offset) != MAGIC) {
            return NO_STAMP;
        }
        if (data.get(WORD, offset + CHECKSUM) != checksum(data, offset, blockBytes)) {
            return TORN;
        }
        if (data.get(WORD, offset + RUN) != run) {
            return OTHER_RUN;
        }
        if (data.get(WORD, offset + LBA) != lba || data.get(WORD, offset + NAMESPACE) != namespaceId) {
            return MISPLACED;
        }
        return data.get(WORD, offset + GENERATION);
    }

    /** What {@link #read} found, for people. */
    public static String describe(long found, MemorySegment data, long offset) {
        if (found == NO_STAMP) {
            return "a block without a stamp";
        }
        if (found == TORN) {
            return "a block whose checksum is wrong (stamped generation " + data.get(WORD, offset + GENERATION)
                    + " of LBA " + data.get(WORD, offset + LBA) + ")";
        }
        if (found == MISPLACED) {
            return "the block of LBA " + data.get(WORD, offset + LBA) + " of namespace "
                    + data.get(WORD, offset + NAMESPACE);
        }
        if (found == OTHER_RUN) {
            return "a block of another run (" + Long.toHexString(data.get(WORD, offset + RUN)) + ")";
        }
        return "generation " + found;
    }

    private static long checksum(MemorySegment data, long offset, int blockBytes) {
        long even = MAGIC;
        long odd = MIX_2;
        for (int i = 0; i < blockBytes; i += 2 * Long.BYTES) {
            even = (even ^ data.get(WORD, offset + i)) * MIX_1;
            // the checksum is an odd word: 40 / 8
            long word = i + Long.BYTES == CHECKSUM ? 0 : data.get(WORD, offset + i + Long.BYTES);
            odd = (odd ^ word) * MIX_2;
            even ^= even >>> 29;
            odd ^= odd >>> 31;
        }
        return even + Long.rotateLeft(odd, 17);
    }
}
