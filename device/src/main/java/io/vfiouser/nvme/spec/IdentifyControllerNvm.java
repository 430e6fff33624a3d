package io.vfiouser.nvme.spec;

/** Offsets of the Identify Controller structure of the NVM command set. NVM Command Set 1.1, section 4.1.5.4 (CNS 06h). */
public final class IdentifyControllerNvm {
    /** Verify Size Limit, u8: a power of two in units of CAP.MPSMIN; 0 is no limit. */
    public static final int VSL = 0;
    /** Write Zeroes Size Limit, u8, in the same units. */
    public static final int WZSL = 1;
    /** Write Uncorrectable Size Limit, u8, in the same units. */
    public static final int WUSL = 2;
    /** Dataset Management Ranges Limit, u8; 0 is no limit. */
    public static final int DMRL = 3;
    /** Dataset Management Range Size Limit in logical blocks, u32. */
    public static final int DMRSL = 4;
    /** Dataset Management Size Limit in logical blocks, u64. */
    public static final int DMSL = 8;
    /** Key Per I/O Capabilities, u8. */
    public static final int KPIOCAP = 16;
    /** Write Zeroes With Deallocate Size Limit, u8, in units of CAP.MPSMIN. */
    public static final int WZDSL = 17;
    /** Admin Optional Command Support, u16. */
    public static final int AOCS = 18;
    /** Version of the NVM Command Set specification, u32, as {@link SpecVersion}. */
    public static final int VER = 20;
    /** LBA Migration Queue Format, u8. */
    public static final int LBAMQF = 24;

    /** {@link #AOCS}: Reporting Allocated LBA (Get LBA Status). */
    public static final int AOCS_REPORTING_ALLOCATED_LBA = 1;

    private IdentifyControllerNvm() {}
}
