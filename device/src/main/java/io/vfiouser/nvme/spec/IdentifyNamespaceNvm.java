package io.vfiouser.nvme.spec;

/**
 * Offsets of the I/O Command Set specific Identify Namespace structure of the NVM command set, 4096 bytes. NVM Command Set 1.1,
 * section 4.1.5.3 (CNS 05h, CSI 0).
 */
public final class IdentifyNamespaceNvm {
    public static final int LENGTH_BYTES = 4096;
    /** Logical Block Storage Tag Mask, u64. */
    public static final int LBSTM = 0;
    /** Protection Information Capabilities, u8. */
    public static final int PIC = 8;
    /** Protection Information Format Attribute, u8. */
    public static final int PIFA = 9;
    /** Extended LBA formats, 64 of u32: storage tag size 6:0, protection information format 8:7, qualified format 12:9. */
    public static final int ELBAF0 = 12;
    /** Namespace Preferred Deallocate Granularity Large in logical blocks, u32. */
    public static final int NPDGL = 268;
    /** Namespace Preferred Read Granularity in logical blocks, u32. */
    public static final int NPRG = 272;
    /** Namespace Preferred Read Alignment in logical blocks, u32. */
    public static final int NPRA = 276;
    /** Namespace Optimal Read Size in logical blocks, u32. */
    public static final int NORS = 280;
    /** Namespace Preferred Deallocate Alignment Large in logical blocks, u32. */
    public static final int NPDAL = 284;
    /** LBA Format Placement Shard Size, u32. */
    public static final int LBAPSS = 288;
    /** Tracked LBA Allocation Granularity, u32. */
    public static final int TLBAAG = 292;

    private IdentifyNamespaceNvm() {}

    /** Offset of an extended LBA format. */
    public static int extendedLbaFormat(int index) {
        return ELBAF0 + index * 4;
    }
}
