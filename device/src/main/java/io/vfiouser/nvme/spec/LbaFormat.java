package io.vfiouser.nvme.spec;

/**
 * An LBA format, 4 bytes. NVM Command Set 1.1, section 4.1.5.1, "LBA Format Data Structure".
 *
 * @param metadataBytes bytes of metadata for each block (MS, bits 15:0)
 * @param dataShift binary logarithm of the block's bytes (LBADS, bits 23:16); 0 is a format that is not available
 * @param relativePerformance 0 best to 3 degraded (RP, bits 25:24)
 */
public record LbaFormat(int metadataBytes, int dataShift, int relativePerformance) {
    public static final int LENGTH_BYTES = 4;

    public static LbaFormat of(int wire) {
        return new LbaFormat(wire & 0xFFFF, wire >>> 16 & 0xFF, wire >>> 24 & 0x3);
    }

    /** The format for blocks of a power of two bytes without metadata. */
    public static LbaFormat ofBlockBytes(int blockBytes) {
        return new LbaFormat(0, Integer.numberOfTrailingZeros(blockBytes), 0);
    }

    public int wire() {
        return metadataBytes | dataShift << 16 | relativePerformance << 24;
    }

    public int blockBytes() {
        return 1 << dataShift;
    }
}
