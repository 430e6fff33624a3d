package io.vfiouser.nvme.spec;

import java.lang.foreign.MemorySegment;

/**
 * The Identify Controller data structure, 4096 bytes, as a view of memory that its caller owns. Base 2.1, section 5.1.13.2.1
 * (CNS 01h). Offsets have the names of the specification.
 *
 * @param segment the structure; it starts at offset 0
 */
public record IdentifyController(MemorySegment segment) {
    public static final int LENGTH_BYTES = 4096;
    /** PCI Vendor ID, u16. */
    public static final int VID = 0;
    /** PCI Subsystem Vendor ID, u16. */
    public static final int SSVID = 2;
    /** Serial Number, ASCII. */
    public static final int SN = 4;

    public static final int SN_LENGTH = 20;
    /** Model Number, ASCII. */
    public static final int MN = 24;

    public static final int MN_LENGTH = 40;
    /** Firmware Revision, ASCII. */
    public static final int FR = 64;

    public static final int FR_LENGTH = 8;
    /** Recommended Arbitration Burst, u8. */
    public static final int RAB = 72;
    /** IEEE OUI, 3 bytes. */
    public static final int IEEE = 73;
    /** Controller Multi-Path I/O and Namespace Sharing Capabilities, u8. */
    public static final int CMIC = 76;
    /** Maximum Data Transfer Size, u8: a power of two in units of CAP.MPSMIN; 0 is no limit. */
    public static final int MDTS = 77;
    /** Controller ID, u16. */
    public static final int CNTLID = 78;
    /** Version, u32. */
    public static final int VER = 80;
    /** RTD3 Resume Latency in microseconds, u32. */
    public static final int RTD3R = 84;
    /** RTD3 Entry Latency in microseconds, u32. */
    public static final int RTD3E = 88;
    /** Optional Asynchronous Events Supported, u32. */
    public static final int OAES = 92;
    /** Controller Attributes, u32. */
    public static final int CTRATT = 96;
    /** Controller Type, u8: 1 is an I/O controller. */
    public static final int CNTRLTYPE = 111;
    /** FRU Globally Unique Identifier, 16 bytes. */
    public static final int FGUID = 112;
    /** Optional Admin Command Support, u16. */
    public static final int OACS = 256;
    /** Abort Command Limit, u8, 0's based. */
    public static final int ACL = 258;
    /** Asynchronous Event Request Limit, u8, 0's based. */
    public static final int AERL = 259;
    /** Firmware Updates, u8. */
    public static final int FRMW = 260;
    /** Log Page Attributes, u8. */
    public static final int LPA = 261;
    /** Error Log Page Entries, u8, 0's based. */
    public static final int ELPE = 262;
    /** Number of Power States Support, u8, 0's based. */
    public static final int NPSS = 263;
    /** Warning Composite Temperature Threshold in kelvins, u16. */
    public static final int WCTEMP = 266;
    /** Critical Composite Temperature Threshold in kelvins, u16. */
    public static final int CCTEMP = 268;
    /** Total NVM Capacity in bytes, u128. */
    public static final int TNVMCAP = 280;
    /** Unallocated NVM Capacity in bytes, u128. */
    public static final int UNVMCAP = 296;
    /** Keep Alive Support: granularity in 100 ms, u16; 0 is none. */
    public static final int KAS = 320;
    /** Submission Queue Entry Size, u8: required 3:0, maximum 7:4. */
    public static final int SQES = 512;
    /** Completion Queue Entry Size, u8: required 3:0, maximum 7:4. */
    public static final int CQES = 513;
    /** Maximum Outstanding Commands, u16. */
    public static final int MAXCMD = 514;
    /** Number of Namespaces, u32: the largest NSID. */
    public static final int NN = 516;
    /** Optional NVM Command Support, u16. */
    public static final int ONCS = 520;
    /** Fused Operation Support, u16. */
    public static final int FUSES = 522;
    /** Format NVM Attributes, u8. */
    public static final int FNA = 524;
    /** Volatile Write Cache, u8. */
    public static final int VWC = 525;
    /** Atomic Write Unit Normal in logical blocks, u16, 0's based. */
    public static final int AWUN = 526;
    /** Atomic Write Unit Power Fail in logical blocks, u16, 0's based. */
    public static final int AWUPF = 528;
    /** Atomic Compare and Write Unit, u16, 0's based. */
    public static final int ACWU = 532;
    /** SGL Support, u32. */
    public static final int SGLS = 536;
    /** Maximum Number of Allowed Namespaces, u32. */
    public static final int MNAN = 540;
    /** NVM Subsystem NVMe Qualified Name, UTF-8. */
    public static final int SUBNQN = 768;

    public static final int SUBNQN_LENGTH = 256;
    /** Power state descriptors, 32 of {@link PowerState}. */
    public static final int PSD0 = 2048;

    /** {@link #CNTRLTYPE}: I/O controller. */
    public static final int TYPE_IO = 1;
    /** {@link #CTRATT}: 128-bit host identifiers. */
    public static final int CTRATT_HOST_ID_128 = 1;
    /** {@link #OAES}: Namespace Attribute notices. */
    public static final int OAES_NAMESPACE_ATTRIBUTE = 1 << 8;
    /** {@link #OACS}: Format NVM. */
    public static final int OACS_FORMAT = 1 << 1;
    /** {@link #OACS}: Namespace Management and Attachment. */
    public static final int OACS_NAMESPACE_MANAGEMENT = 1 << 3;
    /** {@link #OACS}: Doorbell Buffer Config. */
    public static final int OACS_DOORBELL_BUFFER_CONFIG = 1 << 8;
    /** {@link #ONCS}: Compare. */
    public static final int ONCS_COMPARE = 1;
    /** {@link #ONCS}: Dataset Management. */
    public static final int ONCS_DATASET_MANAGEMENT = 1 << 2;
    /** {@link #ONCS}: Write Zeroes. */
    public static final int ONCS_WRITE_ZEROES = 1 << 3;
    /** {@link #ONCS}: save and select in Get and Set Features. */
    public static final int ONCS_FEATURES_SAVE_AND_SELECT = 1 << 4;
    /** {@link #ONCS}: Timestamp. */
    public static final int ONCS_TIMESTAMP = 1 << 6;
    /** {@link #ONCS}: Verify. */
    public static final int ONCS_VERIFY = 1 << 7;
    /** {@link #LPA}: SMART log for each namespace. */
    public static final int LPA_SMART_PER_NAMESPACE = 1;
    /** {@link #LPA}: Commands Supported and Effects log. */
    public static final int LPA_COMMAND_EFFECTS = 1 << 1;
    /** {@link #LPA}: extended data (offset, NUMDU) in Get Log Page. */
    public static final int LPA_EXTENDED_DATA = 1 << 2;
    /** {@link #LPA}: Supported Log Pages, and Feature Identifiers and Command Effects. */
    public static final int LPA_SUPPORTED_PAGES = 1 << 5;
    /** {@link #VWC}: a volatile write cache is present. */
    public static final int VWC_PRESENT = 1;
    /** {@link #VWC}: Flush takes NSID FFFFFFFFh (bits 2:1 = 11b). */
    public static final int VWC_FLUSH_ALL = 0b11 << 1;
    /** {@link #SQES} of the NVM command set: 64 bytes. */
    public static final int SQES_NVM = 0x66;
    /** {@link #CQES} of the NVM command set: 16 bytes. */
    public static final int CQES_NVM = 0x44;

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

    public int vendorId() {
        return u16(VID);
    }

    public String serialNumber() {
        return LittleEndian.ascii(segment, SN, SN_LENGTH);
    }

    public String modelNumber() {
        return LittleEndian.ascii(segment, MN, MN_LENGTH);
    }

    public String firmwareRevision() {
        return LittleEndian.ascii(segment, FR, FR_LENGTH);
    }

    public int controllerId() {
        return u16(CNTLID);
    }

    public int version() {
        return (int) u32(VER);
    }

    /** The largest data transfer in bytes where the smallest memory page is that of CAP.MPSMIN; 0 is no limit. */
    public long maximumTransferBytes(int minimumPageShift) {
        int mdts = u8(MDTS);
        return mdts == 0 ? 0 : 1L << (minimumPageShift + mdts);
    }

    public long namespaceCount() {
        return u32(NN);
    }

    public String subsystemName() {
        return LittleEndian.ascii(segment, SUBNQN, SUBNQN_LENGTH);
    }

    public boolean supportsWriteZeroes() {
        return (u16(ONCS) & ONCS_WRITE_ZEROES) != 0;
    }

    public boolean supportsDatasetManagement() {
        return (u16(ONCS) & ONCS_DATASET_MANAGEMENT) != 0;
    }

    public boolean hasVolatileWriteCache() {
        return (u8(VWC) & VWC_PRESENT) != 0;
    }
}
