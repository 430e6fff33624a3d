package io.vfiouser.nvme.spec;

import java.lang.foreign.MemorySegment;

/**
 * What a host specifies when it creates a namespace of the NVM command set: 4096 bytes. Base 2.1, section 5.1.21, "Namespace
 * Management - Host Software Specified Fields"; NVM Command Set 1.1, section 4.1.6. Offsets are those of the Identify Namespace
 * structure, as far as fields are in both.
 *
 * @param sizeBlocks NSZE
 * @param capacityBlocks NCAP
 * @param formattedLbaSize FLBAS as {@link IdentifyNamespace#FLBAS}
 * @param dataProtection DPS as {@link IdentifyNamespace#DPS}
 * @param sharing NMIC as {@link IdentifyNamespace#NMIC}
 * @param anaGroupId ANAGRPID; 0 lets the controller choose
 * @param nvmSetId NVMSETID; 0 lets the controller choose
 * @param enduranceGroupId ENDGID; 0 lets the controller choose
 * @param storageTagMask LBSTM
 * @param placementHandles NPHNDLS
 */
public record NamespaceManagementData(
        long sizeBlocks,
        long capacityBlocks,
        int formattedLbaSize,
        int dataProtection,
        int sharing,
        int anaGroupId,
        int nvmSetId,
        int enduranceGroupId,
        long storageTagMask,
        int placementHandles) {
    public static final int LENGTH_BYTES = 4096;
    /** Namespace Size in logical blocks, u64. */
    public static final int NSZE = 0;
    /** Namespace Capacity in logical blocks, u64. */
    public static final int NCAP = 8;
    /** Formatted LBA Size, u8. */
    public static final int FLBAS = 26;
    /** End-to-end Data Protection Type Settings, u8. */
    public static final int DPS = 29;
    /** Namespace Multi-path I/O and Namespace Sharing Capabilities, u8. */
    public static final int NMIC = 30;
    /** ANA Group Identifier, u32. */
    public static final int ANAGRPID = 92;
    /** NVM Set Identifier, u16. */
    public static final int NVMSETID = 100;
    /** Endurance Group Identifier, u16. */
    public static final int ENDGID = 102;
    /** Logical Block Storage Tag Mask, u64. */
    public static final int LBSTM = 384;
    /** Number of Placement Handles, u16. */
    public static final int NPHNDLS = 392;

    /** A namespace with all of its size as capacity and nothing else asked for. */
    public static NamespaceManagementData of(long sizeBlocks, int formatIndex, boolean shared) {
        return new NamespaceManagementData(
                sizeBlocks,
                sizeBlocks,
                IdentifyNamespace.formattedLbaSize(formatIndex),
                0,
                shared ? IdentifyNamespace.NMIC_SHARED : 0,
                0,
                0,
                0,
                0,
                0);
    }

    /** Index of the LBA format. */
    public int formatIndex() {
        return IdentifyNamespace.formatIndex(formattedLbaSize);
    }

    /** Writes all 4096 bytes. */
    public void write(MemorySegment segment, long offset) {
        segment.asSlice(offset, LENGTH_BYTES).fill((byte) 0);
        LittleEndian.putU64(segment, offset + NSZE, sizeBlocks);
        LittleEndian.putU64(segment, offset + NCAP, capacityBlocks);
        LittleEndian.putU8(segment, offset + FLBAS, formattedLbaSize);
        LittleEndian.putU8(segment, offset + DPS, dataProtection);
        LittleEndian.putU8(segment, offset + NMIC, sharing);
        LittleEndian.putU32(segment, offset + ANAGRPID, anaGroupId);
        LittleEndian.putU16(segment, offset + NVMSETID, nvmSetId);
        LittleEndian.putU16(segment, offset + ENDGID, enduranceGroupId);
        LittleEndian.putU64(segment, offset + LBSTM, storageTagMask);
        LittleEndian.putU16(segment, offset + NPHNDLS, placementHandles);
    }

    public static NamespaceManagementData read(MemorySegment segment, long offset) {
        return new NamespaceManagementData(
                LittleEndian.i64(segment, offset + NSZE),
                LittleEndian.i64(segment, offset + NCAP),
                LittleEndian.u8(segment, offset + FLBAS),
                LittleEndian.u8(segment, offset + DPS),
                LittleEndian.u8(segment, offset + NMIC),
                LittleEndian.i32(segment, offset + ANAGRPID),
                LittleEndian.u16(segment, offset + NVMSETID),
                LittleEndian.u16(segment, offset + ENDGID),
                LittleEndian.i64(segment, offset + LBSTM),
                LittleEndian.u16(segment, offset + NPHNDLS));
    }
}
