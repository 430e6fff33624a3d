package io.vfiouser.nvme.spec;

import java.lang.foreign.MemorySegment;

/**
 * Fields of the NVM command set's commands, and entries made of them. NVM Command Set 1.1, chapter 3. The builders are for the
 * host's side; they fill all 64 bytes and allocate nothing. {@link SubmissionEntry#putFused} and {@link SubmissionEntry#putSgl}
 * change what was built into a part of a fused operation and into a command with an SGL.
 */
public final class IoCommand {
    /** CDW12 of all that name blocks but Dataset Management: Force Unit Access. */
    public static final int FUA = 1 << 30;
    /** CDW12 of all that name blocks but Dataset Management: Limited Retry. */
    public static final int LIMITED_RETRY = 1 << 31;
    /** CDW12 of Write Zeroes: Deallocate. */
    public static final int DEALLOCATE = 1 << 25;
    /** CDW12 of Write Zeroes: Namespace Zeroes. */
    public static final int NAMESPACE_ZEROES = 1 << 23;
    /** CDW12: protection information, action and checks. */
    public static final int PRINFO_MASK = 0xF << 26;
    /** CDW12: storage tag check. */
    public static final int STC = 1 << 24;
    /** CDW12 of Write: directive type. */
    public static final int DTYPE_MASK = 0xF << 20;
    /** CDW12: command extension type. */
    public static final int CETYPE_MASK = 0xF << 16;
    /** CDW11 of Dataset Management: Attribute - Integral Dataset for Read. */
    public static final int DSM_INTEGRAL_READ = 1;
    /** CDW11 of Dataset Management: Attribute - Integral Dataset for Write. */
    public static final int DSM_INTEGRAL_WRITE = 1 << 1;
    /** CDW11 of Dataset Management: Attribute - Deallocate. */
    public static final int DSM_DEALLOCATE = 1 << 2;

    private IoCommand() {}

    /** Number of logical blocks of CDW12, from 1 to 65,536 (0's based on the wire). */
    public static int blockCount(int cdw12) {
        return (cdw12 & 0xFFFF) + 1;
    }

    /** Number of ranges in CDW10 of Dataset Management, from 1 to 256 (0's based on the wire). */
    public static int rangeCount(int cdw10) {
        return (cdw10 & 0xFF) + 1;
    }

    public static void read(
            MemorySegment sq, long offset, int commandId, int nsid, long lba, int blockCount, long prp1, long prp2) {
        SubmissionEntry.write(sq, offset, NvmOpcode.READ, commandId, nsid, prp1, prp2, lba, blockCount - 1, 0);
    }

    /** {@code flags} is 0 or {@link #FUA}. */
    public static void write(
            MemorySegment sq,
            long offset,
            int commandId,
            int nsid,
            long lba,
            int blockCount,
            int flags,
            long prp1,
            long prp2) {
        SubmissionEntry.write(sq, offset, NvmOpcode.WRITE, commandId, nsid, prp1, prp2, lba, blockCount - 1 | flags, 0);
    }

    /** {@code flags} is 0 or any of {@link #FUA} and {@link #DEALLOCATE}. */
    public static void writeZeroes(
            MemorySegment sq, long offset, int commandId, int nsid, long lba, int blockCount, int flags) {
        SubmissionEntry.write(
                sq, offset, NvmOpcode.WRITE_ZEROES, commandId, nsid, 0, 0, lba, blockCount - 1 | flags, 0);
    }

    public static void flush(MemorySegment sq, long offset, int commandId, int nsid) {
        SubmissionEntry.write(sq, offset, NvmOpcode.FLUSH, commandId, nsid, 0, 0, 0, 0, 0);
    }

    /** The buffer holds what the blocks are compared with. {@code flags} is 0 or any of {@link #FUA}, {@link #LIMITED_RETRY}. */
    public static void compare(
            MemorySegment sq,
            long offset,
            int commandId,
            int nsid,
            long lba,
            int blockCount,
            int flags,
            long prp1,
            long prp2) {
        SubmissionEntry.write(
                sq, offset, NvmOpcode.COMPARE, commandId, nsid, prp1, prp2, lba, blockCount - 1 | flags, 0);
    }

    /** {@code flags} is 0 or any of {@link #FUA} and {@link #LIMITED_RETRY}. */
    public static void verify(
            MemorySegment sq, long offset, int commandId, int nsid, long lba, int blockCount, int flags) {
        SubmissionEntry.write(sq, offset, NvmOpcode.VERIFY, commandId, nsid, 0, 0, lba, blockCount - 1 | flags, 0);
    }

    /** {@code attributes} are {@code DSM_} flags. The buffer holds {@code rangeCount} {@link DatasetManagementRange}s. */
    public static void datasetManagement(
            MemorySegment sq,
            long offset,
            int commandId,
            int nsid,
            int rangeCount,
            int attributes,
            long prp1,
            long prp2) {
        SubmissionEntry.write(
                sq,
                offset,
                NvmOpcode.DATASET_MANAGEMENT,
                commandId,
                nsid,
                prp1,
                prp2,
                rangeCount - 1 | (long) attributes << 32,
                0,
                0);
    }

    /** The buffer holds {@code rangeCount} entries of {@link DatasetManagementRange}. */
    public static void deallocate(
            MemorySegment sq, long offset, int commandId, int nsid, int rangeCount, long prp1, long prp2) {
        datasetManagement(sq, offset, commandId, nsid, rangeCount, DSM_DEALLOCATE, prp1, prp2);
    }
}
