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
    /** Data pointer: two PRP entries, or one {@link SglDescriptor}. */
    public static final int DPTR = 24;
    /** First half of the data pointer: PRP entry 1. */
    public static final int PRP1 = DPTR;
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
    /** Command dword 0: the bits of FUSE. */
    public static final int FUSE = 0x0300;
    /** Command dword 0: the bits of PSDT. */
    public static final int PSDT = 0xC000;
    /** The fields of command dword 0 that are zero where neither fused operations nor SGLs are supported. */
    public static final int FUSE_AND_PSDT = FUSE | PSDT;

    /** FUSE value: a command of its own. */
    public static final int FUSE_NORMAL = 0;
    /** FUSE value: first command of a fused operation. */
    public static final int FUSE_FIRST = 1;
    /** FUSE value: second command of a fused operation. */
    public static final int FUSE_SECOND = 2;

    /** PSDT value: PRPs are used. */
    public static final int PSDT_PRP = 0;
    /** PSDT value: SGLs for the data; the metadata pointer, if used, is the address of a contiguous buffer. */
    public static final int PSDT_SGL = 1;
    /** PSDT value: SGLs for the data; the metadata pointer, if used, is the address of an SGL segment of one descriptor. */
    public static final int PSDT_SGL_METADATA_SGL = 2;

    /** Byte of the entry that holds FUSE and PSDT: for parameter error locations. */
    public static final int FLAGS_BYTE = 1;
    /** Bit of {@link #FLAGS_BYTE} where FUSE starts. */
    public static final int FUSE_BIT = 0;
    /** Bit of {@link #FLAGS_BYTE} where PSDT starts. */
    public static final int PSDT_BIT = 6;
    /** Byte of the entry where the command identifier starts. */
    public static final int CID_BYTE = 2;

    private static final int FUSE_SHIFT = 8;
    private static final int PSDT_SHIFT = 14;
    private static final int COMMAND_ID_SHIFT = 16;

    private SubmissionEntry() {}

    /** Bits of command dword 0 for a value of FUSE and one of PSDT: what is added to an opcode. */
    public static int flags(int fuse, int psdt) {
        return fuse << FUSE_SHIFT | psdt << PSDT_SHIFT;
    }

    public static int cdw0(MemorySegment segment, long offset) {
        return LittleEndian.i32(segment, offset + CDW0);
    }

    public static int opcode(int cdw0) {
        return cdw0 & 0xFF;
    }

    /** One of the {@code FUSE_} values, or 3, which is reserved. */
    public static int fused(int cdw0) {
        return (cdw0 & FUSE) >>> FUSE_SHIFT;
    }

    /** PRP or SGL for data transfer: one of the {@code PSDT_} values, or 3, which is reserved. */
    public static int psdt(int cdw0) {
        return (cdw0 & PSDT) >>> PSDT_SHIFT;
    }

    public static int commandId(int cdw0) {
        return cdw0 >>> COMMAND_ID_SHIFT;
    }

    public static int namespaceId(MemorySegment segment, long offset) {
        return LittleEndian.i32(segment, offset + NSID);
    }

    public static int cdw2(MemorySegment segment, long offset) {
        return LittleEndian.i32(segment, offset + CDW2);
    }

    public static int cdw3(MemorySegment segment, long offset) {
        return LittleEndian.i32(segment, offset + CDW3);
    }

    public static long metadataPointer(MemorySegment segment, long offset) {
        return LittleEndian.i64(segment, offset + MPTR);
    }

    /** PRP entry 1; where SGLs are used, the first half of the descriptor. */
    public static long prp1(MemorySegment segment, long offset) {
        return NativeMemory.i64(segment, offset + PRP1);
    }

    /** PRP entry 2; where SGLs are used, the second half of the descriptor. */
    public static long prp2(MemorySegment segment, long offset) {
        return NativeMemory.i64(segment, offset + PRP2);
    }

    public static int cdw10(MemorySegment segment, long offset) {
        return LittleEndian.i32(segment, offset + CDW10);
    }

    public static int cdw11(MemorySegment segment, long offset) {
        return LittleEndian.i32(segment, offset + CDW11);
    }

    public static int cdw12(MemorySegment segment, long offset) {
        return NativeMemory.i32(segment, offset + CDW12);
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
        return NativeMemory.i64(segment, offset + CDW10);
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
        write(segment, offset, opcode, commandId, namespaceId, prp1, prp2, cdw10And11, cdw12, cdw13, 0, 0);
    }

    /** The same with all command dwords. */
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
            int cdw13,
            int cdw14,
            int cdw15) {
        LittleEndian.putU64(
                segment, offset + CDW0, (opcode | (long) commandId << COMMAND_ID_SHIFT) | (long) namespaceId << 32);
        LittleEndian.putU64(segment, offset + CDW2, 0);
        LittleEndian.putU64(segment, offset + MPTR, 0);
        LittleEndian.putU64(segment, offset + PRP1, prp1);
        LittleEndian.putU64(segment, offset + PRP2, prp2);
        LittleEndian.putU64(segment, offset + CDW10, cdw10And11);
        LittleEndian.putU64(segment, offset + CDW12, (cdw12 & 0xFFFF_FFFFL) | (long) cdw13 << 32);
        LittleEndian.putU64(segment, offset + CDW14, (cdw14 & 0xFFFF_FFFFL) | (long) cdw15 << 32);
    }

    /** Makes a command whose entry was written before a part of a fused operation. */
    public static void putFused(MemorySegment segment, long offset, int fuse) {
        int cdw0 = cdw0(segment, offset);
        LittleEndian.putU32(segment, offset + CDW0, (cdw0 & ~FUSE) | fuse << FUSE_SHIFT);
    }

    /**
     * Gives a command whose entry was written before an SGL as its data pointer: the two halves of a {@link SglDescriptor}. PSDT
     * becomes {@link #PSDT_SGL}.
     */
    public static void putSgl(MemorySegment segment, long offset, long address, long lengthAndType) {
        int cdw0 = cdw0(segment, offset);
        LittleEndian.putU32(segment, offset + CDW0, (cdw0 & ~PSDT) | PSDT_SGL << PSDT_SHIFT);
        LittleEndian.putU64(segment, offset + PRP1, address);
        LittleEndian.putU64(segment, offset + PRP2, lengthAndType);
    }
}
