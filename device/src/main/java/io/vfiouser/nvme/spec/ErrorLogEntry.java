package io.vfiouser.nvme.spec;

import java.lang.foreign.MemorySegment;

/**
 * An entry of the Error Information log page, 64 bytes. Base 2.1, section 5.1.12.1.2.
 *
 * @param errorCount number of this error, from 1 on; 0 marks an unused entry
 * @param submissionQueueId FFFFh where the error belongs to no command
 * @param commandId FFFFh where the error belongs to no command
 * @param statusField status without the phase tag
 * @param parameterErrorLocation byte in the command (7:0) and bit in the byte (10:8); {@link #NO_LOCATION} for none
 * @param lba first block that was concerned
 * @param namespaceId namespace that was concerned
 * @param opcode opcode of the command
 */
public record ErrorLogEntry(
        long errorCount,
        int submissionQueueId,
        int commandId,
        int statusField,
        int parameterErrorLocation,
        long lba,
        int namespaceId,
        int opcode) {
    public static final int LENGTH_BYTES = 64;
    /** Parameter error location of an error that no parameter of a command caused. */
    public static final int NO_LOCATION = 0xFFFF;

    private static final int ERROR_COUNT = 0;
    private static final int SQID = 8;
    private static final int CID = 10;
    private static final int STATUS = 12;
    private static final int PARAMETER_ERROR_LOCATION = 14;
    private static final int LBA = 16;
    private static final int NSID = 24;
    private static final int OPC = 31;
    private static final int LPVER = 63;
    /** Log Page Version: the entry has an opcode. */
    private static final int VERSION = 1;

    public void write(MemorySegment segment, long offset) {
        LittleEndian.putU64(segment, offset + ERROR_COUNT, errorCount);
        LittleEndian.putU16(segment, offset + SQID, submissionQueueId);
        LittleEndian.putU16(segment, offset + CID, commandId);
        LittleEndian.putU16(segment, offset + STATUS, statusField << 1);
        LittleEndian.putU16(segment, offset + PARAMETER_ERROR_LOCATION, parameterErrorLocation);
        LittleEndian.putU64(segment, offset + LBA, lba);
        LittleEndian.putU32(segment, offset + NSID, namespaceId);
        LittleEndian.putU8(segment, offset + OPC, opcode);
        LittleEndian.putU8(segment, offset + LPVER, VERSION);
    }

    public static ErrorLogEntry read(MemorySegment segment, long offset) {
        return new ErrorLogEntry(
                LittleEndian.i64(segment, offset + ERROR_COUNT),
                LittleEndian.u16(segment, offset + SQID),
                LittleEndian.u16(segment, offset + CID),
                LittleEndian.u16(segment, offset + STATUS) >>> 1,
                LittleEndian.u16(segment, offset + PARAMETER_ERROR_LOCATION),
                LittleEndian.i64(segment, offset + LBA),
                LittleEndian.i32(segment, offset + NSID),
                LittleEndian.u8(segment, offset + OPC));
    }
}
