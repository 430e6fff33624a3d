package io.vfiouser.nvme.spec;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.HexFormat;

/**
 * The Identify Namespace data structure of the NVM command set, 4096 bytes, as a view of memory that its caller owns. NVM
 * Command Set 1.1, section 4.1.5.1 (CNS 00h).
 *
 * @param segment the structure; it starts at offset 0
 */
public record IdentifyNamespace(MemorySegment segment) {
    public static final int LENGTH_BYTES = 4096;
    /** Namespace Size in logical blocks, u64. */
    public static final int NSZE = 0;
    /** Namespace Capacity in logical blocks, u64. */
    public static final int NCAP = 8;
    /** Namespace Utilization in logical blocks, u64. */
    public static final int NUSE = 16;
    /** Namespace Features, u8. */
    public static final int NSFEAT = 24;
    /** Number of LBA Formats, u8, 0's based. */
    public static final int NLBAF = 25;
    /** Formatted LBA Size, u8: index bits 3:0 and 6:5. */
    public static final int FLBAS = 26;
    /** Metadata Capabilities, u8. */
    public static final int MC = 27;
    /** Namespace Multi-path I/O and Namespace Sharing Capabilities, u8. */
    public static final int NMIC = 30;
    /** Deallocate Logical Block Features, u8. */
    public static final int DLFEAT = 33;
    /** Namespace Atomic Write Unit Normal, u16, 0's based. */
    public static final int NAWUN = 34;
    /** Namespace Atomic Write Unit Power Fail, u16, 0's based. */
    public static final int NAWUPF = 36;
    /** Namespace Atomic Boundary Size Normal, u16, 0's based. */
    public static final int NABSN = 40;
    /** NVM Capacity in bytes, u128. */
    public static final int NVMCAP = 48;
    /** Namespace Preferred Write Granularity in logical blocks, u16, 0's based. */
    public static final int NPWG = 64;
    /** Namespace Preferred Write Alignment in logical blocks, u16, 0's based. */
    public static final int NPWA = 66;
    /** Namespace Preferred Deallocate Granularity in logical blocks, u16, 0's based. */
    public static final int NPDG = 68;
    /** Namespace Preferred Deallocate Alignment in logical blocks, u16, 0's based. */
    public static final int NPDA = 70;
    /** Namespace Globally Unique Identifier, 16 bytes, most significant first. */
    public static final int NGUID = 104;

    public static final int NGUID_LENGTH = 16;
    /** IEEE Extended Unique Identifier, 8 bytes, most significant first. */
    public static final int EUI64 = 120;
    /** LBA formats, 64 of {@link LbaFormat}. */
    public static final int LBAF0 = 128;

    public static final int LBA_FORMATS = 64;

    /** {@link #NSFEAT}: thin provisioning. */
    public static final int NSFEAT_THIN_PROVISIONING = 1;
    /** {@link #NSFEAT}: the namespace's own atomic units are valid. */
    public static final int NSFEAT_ATOMICS = 1 << 1;
    /** {@link #NSFEAT}: NPWG, NPWA, NPDG, NPDA and NOWS are valid. */
    public static final int NSFEAT_OPTIMAL_PERFORMANCE = 1 << 4;
    /** {@link #DLFEAT}: deallocated blocks read as zeroes (bits 2:0 = 001b). */
    public static final int DLFEAT_READS_ZEROES = 1;
    /** {@link #DLFEAT}: Write Zeroes takes the Deallocate bit. */
    public static final int DLFEAT_WRITE_ZEROES_DEALLOCATES = 1 << 3;

    public long sizeBlocks() {
        return LittleEndian.i64(segment, NSZE);
    }

    public long capacityBlocks() {
        return LittleEndian.i64(segment, NCAP);
    }

    public long utilizationBlocks() {
        return LittleEndian.i64(segment, NUSE);
    }

    /** Index of the LBA format in use. */
    public int formatIndex() {
        int flbas = LittleEndian.u8(segment, FLBAS);
        return (flbas & 0xF) | (flbas >>> 5 & 0x3) << 4;
    }

    /** The LBA format in use. */
    public LbaFormat format() {
        return format(formatIndex());
    }

    public LbaFormat format(int index) {
        return LbaFormat.of(LittleEndian.i32(segment, LBAF0 + (long) index * LbaFormat.LENGTH_BYTES));
    }

    /** Number of LBA formats. */
    public int formatCount() {
        return LittleEndian.u8(segment, NLBAF) + 1;
    }

    /** 32 hexadecimal digits. */
    public String nguid() {
        return HexFormat.of().formatHex(segment.asSlice(NGUID, NGUID_LENGTH).toArray(ValueLayout.JAVA_BYTE));
    }

    public long eui64() {
        return segment.get(ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN), EUI64);
    }
}
