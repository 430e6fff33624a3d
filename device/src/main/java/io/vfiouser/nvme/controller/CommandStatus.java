package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.block.BlockStatus;
import io.vfiouser.nvme.spec.ErrorLogEntry;
import io.vfiouser.nvme.spec.StatusCode;

/**
 * What a command handler returns: a status and, for the error log, the place in the command that caused it, in one
 * {@code int}, so that commands allocate nothing. Bits 14:0 are {@link StatusCode#field()}, bits 27:16 the location plus one.
 */
final class CommandStatus {
    static final int SUCCESS = 0;
    /** The command goes on; it completes later. */
    static final int PENDING = -1;

    private static final int FIELD_MASK = 0x7FFF;
    private static final int LOCATION_SHIFT = 16;
    private static final int BIT_SHIFT = 8;

    private CommandStatus() {}

    static int of(StatusCode status) {
        return status.field();
    }

    /** An error that a field of the command caused: the field's first byte in the submission entry. */
    static int of(StatusCode status, int byteInCommand) {
        return of(status, byteInCommand, 0);
    }

    /** An error that a field of the command caused: byte in the submission entry, bit in that byte. */
    static int of(StatusCode status, int byteInCommand, int bit) {
        int location = byteInCommand | bit << BIT_SHIFT;
        return status.field() | (location + 1) << LOCATION_SHIFT;
    }

    static int of(BlockStatus status) {
        return switch (status) {
            case OK -> SUCCESS;
            case READ_ERROR -> of(StatusCode.UNRECOVERED_READ_ERROR);
            case WRITE_ERROR -> of(StatusCode.WRITE_FAULT);
            case OUT_OF_RANGE -> of(StatusCode.LBA_OUT_OF_RANGE);
            case NO_SPACE -> of(StatusCode.CAPACITY_EXCEEDED);
            case READ_ONLY -> of(StatusCode.NAMESPACE_IS_WRITE_PROTECTED);
            case MEMORY_FAULT -> of(StatusCode.DATA_TRANSFER_ERROR);
            case UNSUPPORTED -> of(StatusCode.INVALID_OPCODE);
            case NOT_ACTIVE -> of(StatusCode.NAMESPACE_NOT_READY);
            case CANCELLED -> of(StatusCode.COMMAND_ABORT_REQUESTED);
            case INVALID_REQUEST, INTERNAL_ERROR -> of(StatusCode.INTERNAL_ERROR);
        };
    }

    /** Status field of the completion entry, without the phase tag. */
    static int field(int status) {
        return status & FIELD_MASK;
    }

    /** Parameter error location of the error log. */
    static int location(int status) {
        int stored = status >>> LOCATION_SHIFT;
        return stored == 0 ? ErrorLogEntry.NO_LOCATION : stored - 1;
    }
}
