package io.vfiouser.server;

import io.vfiouser.os.Errno;
import java.lang.foreign.MemorySegment;

/** What both versions check of a handler's answers. */
final class MigrationData {
    private MigrationData() {}

    /** Reads from the device; a count that cannot be true fails. */
    static long checkedRead(MigrationHandler handler, MemorySegment into) {
        long count = handler.read(into);
        if (count < 0 || count > into.byteSize()) {
            throw new VfioUserErrno(
                    Errno.EIO, "the device claims to have read " + count + " of " + into.byteSize() + " bytes");
        }
        return count;
    }
}
