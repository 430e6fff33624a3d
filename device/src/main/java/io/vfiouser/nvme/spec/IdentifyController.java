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
    /** Read Recovery Levels Supported, u16. */
    public static final int RRLS = 100;
    /** Boot Partition Capabilities, u8. */
    public static final int BPCAP = 102;
    /** NVM Subsystem Shutdown Latency in microseconds, u32. */
    public static final int NSSL = 104;
    /** Power Loss Signaling Information, u8. */
    public static final int PLSI = 110;
    /** Controller Type, u8: 1 is an I/O controller. */
    public static final int CNTRLTYPE = 111;
    /** FRU Globally Unique Identifier, 16 bytes. */
    public static final int FGUID = 112;
    /** Command Retry Delay Time 1 in units of 100 ms, u16. */
    public static final int CRDT1 = 128;
    /** Command Retry Delay Time 2 in units of 100 ms, u16. */
    public static final int CRDT2 = 130;
    /** Command Retry Delay Time 3 in units of 100 ms, u16. */
    public static final int CRDT3 = 132;
    /** Controller Reachability Capabilities, u8. */
    public static final int CRCAP = 134;
    /** NVM Subsystem Report, u8. */
    public static final int NVMSR = 253;
    /** VPD Write Cycle Information, u8. */
    public static final int VWCI = 254;
    /** Management Endpoint Capabilities, u8. */
    public static final int MEC = 255;
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
    /** Admin Vendor Specific Command Configuration, u8. */
    public static final int AVSCC = 264;
    /** Autonomous Power State Transition Attributes, u8. */
    public static final int APSTA = 265;
    /** Warning Composite Temperature Threshold in kelvins, u16. */
    public static final int WCTEMP = 266;
    /** Critical Composite Temperature Threshold in kelvins, u16. */
    public static final int CCTEMP = 268;
    /** Maximum Time for Firmware Activation in units of 100 ms, u16. */
    public static final int MTFA = 270;
    /** Host Memory Buffer Preferred Size in units of 4 KiB, u32. */
    public static final int HMPRE = 272;
    /** Host Memory Buffer Minimum Size in units of 4 KiB, u32. */
    public static final int HMMIN = 276;
    /** Total NVM Capacity in bytes, u128. */
    public static final int TNVMCAP = 280;
    /** Unallocated NVM Capacity in bytes, u128. */
    public static final int UNVMCAP = 296;
    /** Replay Protected Memory Block Support, u32. */
    public static final int RPMBS = 312;
    /** Extended Device Self-test Time in minutes, u16. */
    public static final int EDSTT = 316;
    /** Device Self-test Options, u8. */
    public static final int DSTO = 318;
    /** Firmware Update Granularity in units of 4 KiB, u8; 0 is no information, FFh no restriction. */
    public static final int FWUG = 319;
    /** Keep Alive Support: granularity in 100 ms, u16; 0 is none. */
    public static final int KAS = 320;
    /** Host Controlled Thermal Management Attributes, u16. */
    public static final int HCTMA = 322;
    /** Minimum Thermal Management Temperature in kelvins, u16. */
    public static final int MNTMT = 324;
    /** Maximum Thermal Management Temperature in kelvins, u16. */
    public static final int MXTMT = 326;
    /** Sanitize Capabilities, u32. */
    public static final int SANICAP = 328;
    /** Host Memory Buffer Minimum Descriptor Entry Size in units of 4 KiB, u32. */
    public static final int HMMINDS = 332;
    /** Host Memory Maximum Descriptors Entries, u16. */
    public static final int HMMAXD = 336;
    /** NVM Set Identifier Maximum, u16. */
    public static final int NSETIDMAX = 338;
    /** Endurance Group Identifier Maximum, u16. */
    public static final int ENDGIDMAX = 340;
    /** ANA Transition Time in seconds, u8. */
    public static final int ANATT = 342;
    /** Asymmetric Namespace Access Capabilities, u8. */
    public static final int ANACAP = 343;
    /** ANA Group Identifier Maximum, u32. */
    public static final int ANAGRPMAX = 344;
    /** Number of ANA Group Identifiers, u32. */
    public static final int NANAGRPID = 348;
    /** Persistent Event Log Size in units of 64 KiB, u32. */
    public static final int PELS = 352;
    /** Domain Identifier, u16. */
    public static final int DOMAINID = 356;
    /** Key Per I/O Capabilities, u8. */
    public static final int KPIOC = 358;
    /** Maximum Processing Time for Firmware Activation Without Reset in units of 100 ms, u16. */
    public static final int MPTFAWR = 360;
    /** Max Endurance Group Capacity in bytes, u128. */
    public static final int MEGCAP = 368;
    /** Temperature Threshold Hysteresis Attributes, u8. */
    public static final int TMPTHHA = 384;
    /** Command Quiesce Time in milliseconds, u16. */
    public static final int CQT = 386;
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
    /** I/O Command Set Vendor Specific Command Configuration, u8. */
    public static final int ICSVSCC = 530;
    /** Namespace Write Protection Capabilities, u8. */
    public static final int NWPC = 531;
    /** Atomic Compare and Write Unit, u16, 0's based. */
    public static final int ACWU = 532;
    /** Copy Descriptor Formats Supported, u16. */
    public static final int CDFS = 534;
    /** SGL Support, u32. */
    public static final int SGLS = 536;
    /** Maximum Number of Allowed Namespaces, u32. */
    public static final int MNAN = 540;
    /** Maximum Domain Namespace Attachments, u128. */
    public static final int MAXDNA = 544;
    /** Maximum I/O Controller Namespace Attachments, u32; 0 is no limit of its own. */
    public static final int MAXCNA = 560;
    /** Optimal Aggregated Queue Depth, u32. */
    public static final int OAQD = 564;
    /** Recommended Host-Initiated Refresh Interval, u8. */
    public static final int RHIRI = 568;
    /** Host-Initiated Refresh Time, u8. */
    public static final int HIRT = 569;
    /** Controller Maximum Memory Range Tracking Descriptors, u16. */
    public static final int CMMRTD = 570;
    /** NVM Subsystem Maximum Memory Range Tracking Descriptors, u16. */
    public static final int NMMRTD = 572;
    /** Minimum Memory Range Tracking Granularity, u8. */
    public static final int MINMRTG = 574;
    /** Maximum Memory Range Tracking Granularity, u8. */
    public static final int MAXMRTG = 575;
    /** Tracking Attributes, u8. */
    public static final int TRATTR = 576;
    /** NVM Subsystem NVMe Qualified Name, UTF-8. */
    public static final int SUBNQN = 768;

    public static final int SUBNQN_LENGTH = 256;
    /** Power state descriptors, 32 of {@link PowerState}. */
    public static final int PSD0 = 2048;

    /** {@link #CNTRLTYPE}: I/O controller. */
    public static final int TYPE_IO = 1;
    /** {@link #CNTRLTYPE}: discovery controller. */
    public static final int TYPE_DISCOVERY = 2;
    /** {@link #CNTRLTYPE}: administrative controller. */
    public static final int TYPE_ADMINISTRATIVE = 3;
    /** {@link #CMIC}: the NVM subsystem may have more than one port. */
    public static final int CMIC_MULTIPLE_PORTS = 1;
    /** {@link #CMIC}: the NVM subsystem may have more than one controller. */
    public static final int CMIC_MULTIPLE_CONTROLLERS = 1 << 1;
    /** {@link #CMIC}: the controller belongs to an SR-IOV virtual function. */
    public static final int CMIC_VIRTUAL_FUNCTION = 1 << 2;
    /** {@link #CMIC}: Asymmetric Namespace Access Reporting. */
    public static final int CMIC_ANA_REPORTING = 1 << 3;
    /** {@link #CTRATT}: 128-bit host identifiers. */
    public static final int CTRATT_HOST_ID_128 = 1;
    /** {@link #CTRATT}: Non-Operational Power State Permissive Mode. */
    public static final int CTRATT_NON_OPERATIONAL_POWER = 1 << 1;
    /** {@link #CTRATT}: NVM sets. */
    public static final int CTRATT_NVM_SETS = 1 << 2;
    /** {@link #CTRATT}: read recovery levels. */
    public static final int CTRATT_READ_RECOVERY_LEVELS = 1 << 3;
    /** {@link #CTRATT}: endurance groups. */
    public static final int CTRATT_ENDURANCE_GROUPS = 1 << 4;
    /** {@link #CTRATT}: Predictable Latency Mode. */
    public static final int CTRATT_PREDICTABLE_LATENCY = 1 << 5;
    /** {@link #CTRATT}: any command restarts the keep alive timer. */
    public static final int CTRATT_TRAFFIC_BASED_KEEP_ALIVE = 1 << 6;
    /** {@link #CTRATT}: namespace granularities are reported. */
    public static final int CTRATT_NAMESPACE_GRANULARITY = 1 << 7;
    /** {@link #CTRATT}: submission queue associations. */
    public static final int CTRATT_SQ_ASSOCIATIONS = 1 << 8;
    /** {@link #CTRATT}: UUID list. */
    public static final int CTRATT_UUID_LIST = 1 << 9;
    /** {@link #CTRATT}: the NVM subsystem has multiple domains. */
    public static final int CTRATT_MULTIPLE_DOMAINS = 1 << 10;
    /** {@link #CTRATT}: Fixed Capacity Management. */
    public static final int CTRATT_FIXED_CAPACITY = 1 << 11;
    /** {@link #CTRATT}: Variable Capacity Management. */
    public static final int CTRATT_VARIABLE_CAPACITY = 1 << 12;
    /** {@link #CTRATT}: endurance groups may be deleted. */
    public static final int CTRATT_DELETE_ENDURANCE_GROUP = 1 << 13;
    /** {@link #CTRATT}: NVM sets may be deleted. */
    public static final int CTRATT_DELETE_NVM_SET = 1 << 14;
    /** {@link #CTRATT}: extended LBA formats. */
    public static final int CTRATT_EXTENDED_LBA_FORMATS = 1 << 15;
    /** {@link #CTRATT}: MDTS excludes metadata. */
    public static final int CTRATT_MDTS_EXCLUDES_METADATA = 1 << 16;
    /** {@link #CTRATT}: the host memory buffer may be restricted to non-operational states. */
    public static final int CTRATT_HMB_RESTRICT = 1 << 17;
    /** {@link #CTRATT}: reservations and host identifiers do not depend on one another. */
    public static final int CTRATT_RESERVATIONS_AND_HOST_ID = 1 << 18;
    /** {@link #CTRATT}: Flexible Data Placement. */
    public static final int CTRATT_FLEXIBLE_DATA_PLACEMENT = 1 << 19;
    /** {@link #OAES}: Attached Namespace Attribute notices. */
    public static final int OAES_NAMESPACE_ATTRIBUTE = 1 << 8;
    /** {@link #OAES}: Firmware Activation notices. */
    public static final int OAES_FIRMWARE_ACTIVATION = 1 << 9;
    /** {@link #OAES}: Asymmetric Namespace Access Change notices. */
    public static final int OAES_ANA_CHANGE = 1 << 11;
    /** {@link #OAES}: Predictable Latency Event Aggregate Log Change notices. */
    public static final int OAES_PREDICTABLE_LATENCY = 1 << 12;
    /** {@link #OAES}: LBA Status Information Alert notices. */
    public static final int OAES_LBA_STATUS = 1 << 13;
    /** {@link #OAES}: Endurance Group Event Aggregate Log Page Change notices. */
    public static final int OAES_ENDURANCE_GROUP = 1 << 14;
    /** {@link #OAES}: Normal NVM Subsystem Shutdown. */
    public static final int OAES_NORMAL_SUBSYSTEM_SHUTDOWN = 1 << 15;
    /** {@link #OAES}: Temperature Threshold Hysteresis Recovery. */
    public static final int OAES_TEMPERATURE_HYSTERESIS = 1 << 16;
    /** {@link #OAES}: Reachability Group and Association Change notices. */
    public static final int OAES_REACHABILITY = 1 << 17;
    /** {@link #OAES}: Allocated Namespace Attribute notices. */
    public static final int OAES_ALLOCATED_NAMESPACE_ATTRIBUTE = 1 << 19;
    /** {@link #OAES}: Zone Descriptor Changed notices. */
    public static final int OAES_ZONE_DESCRIPTOR = 1 << 27;
    /** {@link #OAES}: Discovery Log Page Change notices. */
    public static final int OAES_DISCOVERY_LOG = 1 << 31;
    /** {@link #NVMSR}: part of an NVMe storage device. */
    public static final int NVMSR_STORAGE_DEVICE = 1;
    /** {@link #NVMSR}: part of an NVMe enclosure. */
    public static final int NVMSR_ENCLOSURE = 1 << 1;
    /** {@link #MEC}: a management endpoint on a 2-wire port. */
    public static final int MEC_TWO_WIRE_PORT = 1;
    /** {@link #MEC}: a management endpoint on a PCIe port. */
    public static final int MEC_PCIE_PORT = 1 << 1;
    /** {@link #OACS}: Security Send and Receive. */
    public static final int OACS_SECURITY = 1;
    /** {@link #OACS}: Format NVM. */
    public static final int OACS_FORMAT = 1 << 1;
    /** {@link #OACS}: Firmware Commit and Image Download. */
    public static final int OACS_FIRMWARE = 1 << 2;
    /** {@link #OACS}: Namespace Management and Attachment. */
    public static final int OACS_NAMESPACE_MANAGEMENT = 1 << 3;
    /** {@link #OACS}: Device Self-test. */
    public static final int OACS_SELF_TEST = 1 << 4;
    /** {@link #OACS}: directives. */
    public static final int OACS_DIRECTIVES = 1 << 5;
    /** {@link #OACS}: NVMe-MI Send and Receive. */
    public static final int OACS_NVME_MI = 1 << 6;
    /** {@link #OACS}: Virtualization Management. */
    public static final int OACS_VIRTUALIZATION = 1 << 7;
    /** {@link #OACS}: Doorbell Buffer Config. */
    public static final int OACS_DOORBELL_BUFFER_CONFIG = 1 << 8;
    /** {@link #OACS}: Get LBA Status. */
    public static final int OACS_GET_LBA_STATUS = 1 << 9;
    /** {@link #OACS}: Command and Feature Lockdown. */
    public static final int OACS_LOCKDOWN = 1 << 10;
    /** {@link #OACS}: Host Managed Live Migration. */
    public static final int OACS_HOST_MANAGED_LIVE_MIGRATION = 1 << 11;
    /** {@link #FRMW}: slot 1 is read-only. */
    public static final int FRMW_FIRST_SLOT_READ_ONLY = 1;
    /** {@link #FRMW}: where the number of slots, bits 3:1, starts. */
    public static final int FRMW_SLOTS_SHIFT = 1;
    /** {@link #FRMW}: activation without a reset. */
    public static final int FRMW_ACTIVATION_WITHOUT_RESET = 1 << 4;
    /** {@link #FRMW}: overlapping updates are detected. */
    public static final int FRMW_OVERLAP_DETECTION = 1 << 5;
    /** {@link #AVSCC} and {@link #ICSVSCC}: vendor specific commands have the standard format. */
    public static final int AVSCC_STANDARD_FORMAT = 1;
    /** {@link #APSTA}: autonomous power state transitions. */
    public static final int APSTA_SUPPORTED = 1;
    /** {@link #HCTMA}: host controlled thermal management. */
    public static final int HCTMA_SUPPORTED = 1;
    /** {@link #SANICAP}: crypto erase. */
    public static final int SANICAP_CRYPTO_ERASE = 1;
    /** {@link #SANICAP}: block erase. */
    public static final int SANICAP_BLOCK_ERASE = 1 << 1;
    /** {@link #SANICAP}: overwrite. */
    public static final int SANICAP_OVERWRITE = 1 << 2;
    /** {@link #ONCS}: Compare. */
    public static final int ONCS_COMPARE = 1;
    /** {@link #ONCS}: Write Uncorrectable. */
    public static final int ONCS_WRITE_UNCORRECTABLE = 1 << 1;
    /** {@link #ONCS}: Dataset Management. */
    public static final int ONCS_DATASET_MANAGEMENT = 1 << 2;
    /** {@link #ONCS}: Write Zeroes. */
    public static final int ONCS_WRITE_ZEROES = 1 << 3;
    /** {@link #ONCS}: save and select in Get and Set Features. */
    public static final int ONCS_FEATURES_SAVE_AND_SELECT = 1 << 4;
    /** {@link #ONCS}: reservations. */
    public static final int ONCS_RESERVATIONS = 1 << 5;
    /** {@link #ONCS}: Timestamp. */
    public static final int ONCS_TIMESTAMP = 1 << 6;
    /** {@link #ONCS}: Verify. */
    public static final int ONCS_VERIFY = 1 << 7;
    /** {@link #ONCS}: Copy. */
    public static final int ONCS_COPY = 1 << 8;
    /** {@link #ONCS}: the write of a Copy is atomic as one. */
    public static final int ONCS_COPY_ATOMIC = 1 << 9;
    /** {@link #ONCS}: all copies are fast. */
    public static final int ONCS_ALL_FAST_COPY = 1 << 10;
    /** {@link #ONCS}: Write Zeroes with Deallocate has a size limit of its own, WZDSL. */
    public static final int ONCS_MAXIMUM_WRITE_ZEROES_DEALLOCATE = 1 << 11;
    /** {@link #ONCS}: Write Zeroes may name the whole namespace. */
    public static final int ONCS_NAMESPACE_ZEROES = 1 << 12;
    /** {@link #FUSES}: Compare and Write. */
    public static final int FUSES_COMPARE_AND_WRITE = 1;
    /** {@link #FNA}: a format concerns all namespaces. */
    public static final int FNA_FORMAT_ALL = 1;
    /** {@link #FNA}: a secure erase concerns all namespaces. */
    public static final int FNA_SECURE_ERASE_ALL = 1 << 1;
    /** {@link #FNA}: cryptographic erase is supported. */
    public static final int FNA_CRYPTOGRAPHIC_ERASE = 1 << 2;
    /** {@link #FNA}: Format NVM does not take NSID FFFFFFFFh. */
    public static final int FNA_NO_BROADCAST = 1 << 3;
    /** {@link #NWPC}: No Write Protect and Write Protect. */
    public static final int NWPC_WRITE_PROTECT = 1;
    /** {@link #NWPC}: Write Protect Until Power Cycle. */
    public static final int NWPC_UNTIL_POWER_CYCLE = 1 << 1;
    /** {@link #NWPC}: Permanent Write Protect. */
    public static final int NWPC_PERMANENT = 1 << 2;
    /** {@link #SGLS}: SGLs, data blocks have any address and length. */
    public static final int SGLS_BYTE_GRANULAR = 1;
    /** {@link #SGLS}: SGLs, addresses and lengths of data blocks are whole dwords. */
    public static final int SGLS_DWORD_GRANULAR = 2;
    /** {@link #SGLS}: the bits of the two above; 0 is no SGLs. */
    public static final int SGLS_SUPPORT_MASK = 3;
    /** {@link #SGLS}: keyed data blocks. */
    public static final int SGLS_KEYED = 1 << 2;
    /** {@link #SGLS}: where the SGL Descriptor Threshold, bits 15:8, starts. */
    public static final int SGLS_THRESHOLD_SHIFT = 8;
    /** {@link #SGLS}: bit buckets. */
    public static final int SGLS_BIT_BUCKET = 1 << 16;
    /** {@link #SGLS}: a contiguous metadata buffer at any byte. */
    public static final int SGLS_METADATA_BYTE_ALIGNED = 1 << 17;
    /** {@link #SGLS}: an SGL may be longer than the data. */
    public static final int SGLS_LONGER_THAN_DATA = 1 << 18;
    /** {@link #SGLS}: the metadata pointer may be an SGL. */
    public static final int SGLS_METADATA_SGL = 1 << 19;
    /** {@link #SGLS}: addresses may be offsets. */
    public static final int SGLS_OFFSET = 1 << 20;
    /** {@link #SGLS}: transport data blocks. */
    public static final int SGLS_TRANSPORT = 1 << 21;
    /** {@link #LPA}: SMART log for each namespace. */
    public static final int LPA_SMART_PER_NAMESPACE = 1;
    /** {@link #LPA}: Commands Supported and Effects log. */
    public static final int LPA_COMMAND_EFFECTS = 1 << 1;
    /** {@link #LPA}: extended data (offset, NUMDU) in Get Log Page. */
    public static final int LPA_EXTENDED_DATA = 1 << 2;
    /** {@link #LPA}: telemetry. */
    public static final int LPA_TELEMETRY = 1 << 3;
    /** {@link #LPA}: Persistent Event log. */
    public static final int LPA_PERSISTENT_EVENT = 1 << 4;
    /** {@link #LPA}: Supported Log Pages, and Feature Identifiers and Command Effects. */
    public static final int LPA_SUPPORTED_PAGES = 1 << 5;
    /** {@link #LPA}: telemetry data area 4. */
    public static final int LPA_TELEMETRY_AREA_4 = 1 << 6;
    /** {@link #VWC}: a volatile write cache is present. */
    public static final int VWC_PRESENT = 1;
    /** {@link #VWC}: Flush takes NSID FFFFFFFFh (bits 2:1 = 11b). */
    public static final int VWC_FLUSH_ALL = 0b11 << 1;
    /** {@link #VWC}: Flush does not take NSID FFFFFFFFh (bits 2:1 = 10b). */
    public static final int VWC_NO_FLUSH_ALL = 0b10 << 1;
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
