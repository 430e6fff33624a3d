package io.vfiouser.nvme.migration;

import io.vfiouser.nvme.spec.ErrorLogEntry;
import java.lang.foreign.MemorySegment;

/** Counters and logs; error log entries as the log page has them. */
final class LogCodec {
    /** ELPE is a byte, and counts from 0. */
    private static final int MOST_ERRORS = 256;

    private LogCodec() {}

    static void write(FieldWriter out, LogState logs) {
        out.u64(logs.readCommands());
        out.u64(logs.readBytes());
        out.u64(logs.writeCommands());
        out.u64(logs.writtenBytes());
        out.u64(logs.mediaErrors());
        out.u64(logs.powerCycles());
        out.u64(logs.unsafeShutdowns());
        out.u64(logs.powerOnMillis());
        out.u64(logs.busyMillis());
        out.flag(logs.dataLost());
        out.flag(logs.toldOfLostData());
        out.flag(logs.internalError());
        out.flag(logs.invalidDoorbellValue());
        out.flag(logs.invalidDoorbellRegister());
        out.u64(logs.errorCount());
        out.list(logs.errors(), MOST_ERRORS, error -> {
            byte[] entry = new byte[ErrorLogEntry.LENGTH_BYTES];
            error.write(MemorySegment.ofArray(entry), 0);
            out.raw(entry);
        });
    }

    static LogState read(FieldReader in) {
        return new LogState(
                in.u64(),
                in.u64(),
                in.u64(),
                in.u64(),
                in.u64(),
                in.u64(),
                in.u64(),
                in.u64(),
                in.u64(),
                in.flag(),
                in.flag(),
                in.flag(),
                in.flag(),
                in.flag(),
                in.u64(),
                in.list(
                        MOST_ERRORS,
                        ErrorLogEntry.LENGTH_BYTES,
                        e -> ErrorLogEntry.read(e.raw(ErrorLogEntry.LENGTH_BYTES), 0)));
    }
}
