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
    /** End-to-end Data Protection Capabilities, u8. */
    public static final int DPC = 28;
    /** End-to-end Data Protection Type Settings, u8: type 2:0, place of the protection information 3. */
    public static final int DPS = 29;
    /** Namespace Multi-path I/O and Namespace Sharing Capabilities, u8. */
    public static final int NMIC = 30;
    /** Reservation Capabilities, u8. */
    public static final int RESCAP = 31;
    /** Format Progress Indicator, u8: per cent that remain 6:0. */
    public static final int FPI = 32;
    /** Deallocate Logical Block Features, u8. */
    public static final int DLFEAT = 33;
    /** Namespace Atomic Write Unit Normal, u16, 0's based. */
    public static final int NAWUN = 34;
    /** Namespace Atomic Write Unit Power Fail, u16, 0's based. */
    public static final int NAWUPF = 36;
    /** Namespace Atomic Compare and Write Unit, u16, 0's based. */
    public static final int NACWU = 38;
    /** Namespace Atomic Boundary Size Normal, u16, 0's based; 0 is no boundary. */
    public static final int NABSN = 40;
    /** Namespace Atomic Boundary Offset: the LBA of the first boundary, u16. */
    public static final int NABO = 42;
    /** Namespace Atomic Boundary Size Power Fail, u16, 0's based; 0 is no boundary. */
    public static final int NABSPF = 44;
    /** Namespace Optimal I/O Boundary in logical blocks, u16; 0 is none. */
    public static final int NOIOB = 46;
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
    /** Namespace Optimal Write Size in logical blocks, u16, 0's based. */
    public static final int NOWS = 72;
    /** Maximum Single Source Range Length of Copy in logical blocks, u16. */
    public static final int MSSRL = 74;
    /** Maximum Copy Length in logical blocks, u32. */
    public static final int MCL = 76;
    /** Maximum Source Range Count of Copy, u8, 0's based. */
    public static final int MSRC = 80;
    /** Key Per I/O Status, u8. */
    public static final int KPIOS = 81;
    /** Number of Unique Capability LBA Formats, u8. */
    public static final int NULBAF = 82;
    /** Key Per I/O Data Access Alignment and Granularity, u32. */
    public static final int KPIODAAG = 84;
    /** ANA Group Identifier, u32. */
    public static final int ANAGRPID = 92;
    /** Namespace Attributes, u8. */
    public static final int NSATTR = 99;
    /** NVM Set Identifier, u16. */
    public static final int NVMSETID = 100;
    /** Endurance Group Identifier, u16. */
    public static final int ENDGID = 102;
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
    /** {@link #NSFEAT}: the Deallocated or Unwritten Logical Block error is supported. */
    public static final int NSFEAT_DEALLOCATED_ERROR = 1 << 2;
    /** {@link #NSFEAT}: NGUID and EUI64 are not reused. */
    public static final int NSFEAT_UNIQUE_IDENTIFIERS = 1 << 3;
    /** {@link #NSFEAT}: NPWG, NPWA, NPDG, NPDA and NOWS are valid. */
    public static final int NSFEAT_OPTIMAL_PERFORMANCE = 1 << 4;
    /** {@link #NSFEAT}: NPWG, NPWA, NPDGL, NPDAL and NOWS are valid. */
    public static final int NSFEAT_OPTIMAL_PERFORMANCE_LARGE = 1 << 5;
    /** {@link #NSFEAT}: Multiple Atomicity Mode. */
    public static final int NSFEAT_MULTIPLE_ATOMICITY = 1 << 6;
    /** {@link #NSFEAT}: NPRG, NPRA and NORS are valid. */
    public static final int NSFEAT_OPTIMAL_READ_PERFORMANCE = 1 << 7;
    /** {@link #FLBAS}: metadata is transferred at the end of the data, as an extended block. */
    public static final int FLBAS_EXTENDED_METADATA = 1 << 4;
    /** {@link #MC}: metadata as part of an extended block. */
    public static final int MC_EXTENDED = 1;
    /** {@link #MC}: metadata in a buffer of its own. */
    public static final int MC_SEPARATE = 1 << 1;
    /** {@link #NMIC}: the namespace may be attached to several controllers. */
    public static final int NMIC_SHARED = 1;
    /** {@link #NMIC}: a dispersed namespace. */
    public static final int NMIC_DISPERSED = 1 << 1;
    /** {@link #FPI}: the indicator is supported. */
    public static final int FPI_SUPPORTED = 1 << 7;
    /** {@link #NSATTR}: write protected. */
    public static final int NSATTR_WRITE_PROTECTED = 1;
    /** {@link #DLFEAT}: deallocated blocks read as zeroes (bits 2:0 = 001b). */
    public static final int DLFEAT_READS_ZEROES = 1;
    /** {@link #DLFEAT}: Write Zeroes takes the Deallocate bit. */
    public static final int DLFEAT_WRITE_ZEROES_DEALLOCATES = 1 << 3;
    /** {@link #DLFEAT}: the guard of deallocated blocks is the CRC of what they read as. */
    public static final int DLFEAT_GUARD_IS_CRC = 1 << 4;

    /** {@link #FLBAS} for a format without extended metadata. */
    public static int formattedLbaSize(int formatIndex) {
        return (formatIndex & 0xF) | formatIndex >>> 4 << 5;
    }

    /** The index of the LBA format in a value of {@link #FLBAS}. */
    public static int formatIndex(int formattedLbaSize) {
        return (formattedLbaSize & 0xF) | (formattedLbaSize >>> 5 & 0x3) << 4;
    }

    public int u8(int offset) {
        return LittleEndian.u8(segment, offset);
    }

    public int u16(int offset) {
        return LittleEndian.u16(segment, offset);
    }

    public long u32(int offset) {
        return LittleEndian.u32(segment, offset);
    }

    public long u64(int offset) {
        return LittleEndian.i64(segment, offset);
    }

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
        return formatIndex(u8(FLBAS));
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
