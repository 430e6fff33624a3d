package io.vfiouser.server;

import io.vfiouser.os.Errno;
import java.lang.foreign.MemorySegment;
import java.util.function.LongSupplier;
import org.slf4j.Logger;

/**
 * Around every callback of the device: whatever it throws becomes an error number, kernel style, and is logged with the context
 * it happened in. An exception must not reach native code, which would end the JVM.
 */
final class CallbackGuard {
    private final Logger log;
    private final String context;
    private final LogLimit limit;

    CallbackGuard(Logger log, String context, LogLimit limit) {
        this.log = log;
        this.context = context;
        this.limit = limit;
    }

    /** The memory behind a pointer the library handed over, with the length that goes with it. */
    @SuppressWarnings("restricted") // the library vouches for the length
    static MemorySegment sized(MemorySegment pointer, long lengthBytes) {
        return pointer.reinterpret(lengthBytes);
    }

    /** Runs a callback that has no value: 0 or a negative error number. */
    int status(String callback, Runnable body) {
        return (int) value(callback, () -> {
            body.run();
            return 0;
        });
    }

    /** Runs a callback that has a value: the value, which is not negative, or a negative error number. */
    long value(String callback, LongSupplier body) {
        try {
            return body.getAsLong();
        } catch (VfioUserErrno refusal) {
            log.debug("{}: {}: {}", context, callback, refusal.getMessage());
            return -refusal.errno();
        } catch (Throwable t) {
            if (limit.allows()) {
                log.error("{}: the {} callback threw; the client gets EIO{}", context, callback, limit.note(), t);
            }
            return -Errno.EIO;
        }
    }

    /** Runs a callback that cannot fail. */
    void run(String callback, Runnable body) {
        try {
            body.run();
        } catch (Throwable t) {
            if (limit.allows()) {
                log.error("{}: the {} callback threw{}", context, callback, limit.note(), t);
            }
        }
    }
}
