package io.vfiouser.nvme.spec;

import java.lang.foreign.MemorySegment;

/**
 * A submission queue entry, 64 bytes. Base 2.1, section 4.1.1. The accessors read the field anew at each call: whoever reads
 * memory that a guest may change at the same time calls each of them once and keeps what it got.
 */
public final class SubmissionEntry {
    /** Bytes of an entry. */
    public static final int LENGTH_BYTES = 64;
    /** Command dword 0: opcode 7:0, fused operation 9:8, PSDT 15:14, command identifier 31:16. */
    public static final int CDW0 = 0;
    /** Namespace identifier. */
    public static final int NSID = 4;
    /** Command dword 2. */
    public static final int CDW2 = 8;
    /** Command dword 3. */
    public static final int CDW3 = 12;
    /** Metadata pointer. */
    public static final int MPTR = 16;
    /** First half of the data pointer: PRP entry 1. */
    public static final int PRP1 = 24;
    /** Second half of the data pointer: PRP entry 2. */
    public static final int PRP2 = 32;
    /** Command dword 10. */
    public static final int CDW10 = 40;
    /** Command dword 11. */
    public static final int CDW11 = 44;
    /** Command dword 12. */
    public static final int CDW12 = 48;
    /** Command dword 13. */
    public static final int CDW13 = 52;
    /** Command dword 14. */
    public static final int CDW14 = 56;
    /** Command dword 15. */
    public static final int CDW15 = 60;

    /** NSID that names all namespaces. */
    public static final int NSID_ALL = 0xFFFF_FFFF;
    /** PSDT value: PRPs are used. */
    public static final int PSDT_PRP = 0;
    /** The fields of command dword 0 that are zero where neither fused operations nor SGLs are supported. */
    public static final int FUSE_AND_PSDT = 0xC300;

    private SubmissionEntry() {}

    public static int cdw0(MemorySegment segment, long offset) {
        return LittleEndian.i32(segment, offset + CDW0);
    }

    public static int opcode(int cdw0) {
        return cdw0 & 0xFF;
    }

    /** 0 normal, 1 first, 2 second command of a fused operation. */
    public static int fused(int cdw0) {
        return cdw0 >>> 8 & 0x3;
    }

    /** PRP or SGL for data transfer: 0 PRPs, 1 and 2 SGLs. */
    public static int psdt(int cdw0) {
        return cdw0 >>> 14 & 0x3;
    }

    public static int commandId(int cdw0) {
        return cdw0 >>> 16;
    }

    public static int namespaceId(MemorySegment segment, long offset) {
        return LittleEndian.i32(segment, offset + NSID);
    }

    public static long prp1(MemorySegment segment, long offset) {
        return LittleEndian.i64(segment, offset + PRP1);
    }

    public static long prp2(MemorySegment segment, long offset) {
        return LittleEndian.i64(segment, offset + PRP2);
    }

    public static int cdw10(MemorySegment segment, long offset) {
        return LittleEndian.i32(segment, offset + CDW10);
    }

    public static int cdw11(MemorySegment segment, long offset) {
        return LittleEndian.i32(segment, offset + CDW11);
    }

    public static int cdw12(MemorySegment segment, long offset) {
        return LittleEndian.i32(segment, offset + CDW12);
    }

    public static int cdw13(MemorySegment segment, long offset) {
        return LittleEndian.i32(segment, offset + CDW13);
    }

    public static int cdw14(MemorySegment segment, long offset) {
        return LittleEndian.i32(segment, offset + CDW14);
    }

    public static int cdw15(MemorySegment segment, long offset) {
        return LittleEndian.i32(segment, offset + CDW15);
    }

    /** Starting LBA of an NVM command: CDW10 and CDW11. */
    public static long startingLba(MemorySegment segment, long offset) {
        return LittleEndian.i64(segment, offset + CDW10);
    }

    /**
     * Fills a whole entry; fields without a parameter become zero. {@code cdw10And11} holds CDW10 in its low half. For the
     * host's side: allocates nothing.
     */
    public static void write(
            MemorySegment segment,
            long offset,
            int opcode,
            int commandId,
            int namespaceId,
            long prp1,
            long prp2,
            long cdw10And11,
            int cdw12,
            int cdw13) {
        LittleEndian.putU64(segment, offset + CDW0, (opcode | (long) commandId << 16) | (long) namespaceId << 32);
        LittleEndian.putU64(segment, offset + CDW2, 0);
        LittleEndian.putU64(segment, offset + MPTR, 0);
        LittleEndian.putU64(segment, offset + PRP1, prp1);
        LittleEndian.putU64(segment, offset + PRP2, prp2);
        LittleEndian.putU64(segment, offset + CDW10, cdw10And11);
        LittleEndian.putU64(segment, offset + CDW12, (cdw12 & 0xFFFF_FFFFL) | (long) cdw13 << 32);
        LittleEndian.putU64(segment, offset + CDW14, 0);
    }
}
