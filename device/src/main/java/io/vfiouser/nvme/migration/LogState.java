package io.vfiouser.nvme.migration;

import io.vfiouser.nvme.spec.ErrorLogEntry;
import java.util.List;

/**
 * Counters and logs, as SMART / Health Information and Error Information report them. Base 2.1, section 5.1.12.1.
 *
 * @param readCommands Host Read Commands
 * @param readBytes bytes behind Data Units Read
 * @param writeCommands Host Write Commands
 * @param writtenBytes bytes behind Data Units Written
 * @param mediaErrors Media and Data Integrity Errors
 * @param powerCycles Power Cycles
 * @param unsafeShutdowns Unsafe Shutdowns
 * @param powerOnMillis time behind Power On Hours
 * @param busyMillis time behind Controller Busy Time
 * @param dataLost whether a back end has failed to write, which the critical warning tells
 * @param toldOfLostData whether that was made an event
 * @param internalError whether a fault is still to be made an event
 * @param invalidDoorbellValue whether a doorbell's value is still to be made an event
 * @param invalidDoorbellRegister whether the write of a doorbell that no queue has is still to be made an event
 * @param errorCount how many errors there were in the controller's life
 * @param errors the newest entries of the error log, the newest first
 */
public record LogState(
        long readCommands,
        long readBytes,
        long writeCommands,
        long writtenBytes,
        long mediaErrors,
        long powerCycles,
        long unsafeShutdowns,
        long powerOnMillis,
        long busyMillis,
        boolean dataLost,
        boolean toldOfLostData,
        boolean internalError,
        boolean invalidDoorbellValue,
        boolean invalidDoorbellRegister,
        long errorCount,
        List<ErrorLogEntry> errors) {
    public LogState {
        errors = List.copyOf(errors);
    }
}
