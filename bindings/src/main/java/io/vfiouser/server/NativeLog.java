package io.vfiouser.server;

import io.vfiouser.abi.CStrings;
import io.vfiouser.abi.Upcalls;
import java.lang.foreign.MemorySegment;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.event.Level;

/**
 * What the library logs, given to slf4j: syslog levels emergency to error as error, warning as warn, notice and info as info,
 * debug as debug. The level that is enabled for the logger when the context is made bounds what the library formats at all. Clients can
 * make the library complain as often as they like, so all but debug messages are {@linkplain LogLimit limited}.
 */
final class NativeLog implements Upcalls.Log {
    // The library formats into BUFSIZ bytes.
    private static final int LONGEST_BYTES = 8192;
    private static final int SYSLOG_ERROR = 3;
    private static final int SYSLOG_WARNING = 4;
    private static final int SYSLOG_INFO = 6;
    private static final int SYSLOG_DEBUG = 7;

    private final Logger log;
    private final String context;
    private final BooleanSupplier suppressed;
    private final LogLimit limit;

    NativeLog(Logger log, String context, BooleanSupplier suppressed, LogLimit limit) {
        this.log = log;
        this.context = context;
        this.suppressed = suppressed;
        this.limit = limit;
    }

    /** The syslog level for a level of slf4j. */
    static int syslogLevel(Level level) {
        return switch (level) {
            case ERROR -> SYSLOG_ERROR;
            case WARN -> SYSLOG_WARNING;
            case INFO -> SYSLOG_INFO;
            case DEBUG, TRACE -> SYSLOG_DEBUG;
        };
    }

    /** The level of slf4j for a syslog level. */
    static Level level(int syslogLevel) {
        if (syslogLevel <= SYSLOG_ERROR) {
            return Level.ERROR;
        }
        if (syslogLevel == SYSLOG_WARNING) {
            return Level.WARN;
        }
        return syslogLevel <= SYSLOG_INFO ? Level.INFO : Level.DEBUG;
    }

    /** The most talkative syslog level whose messages the logger lets pass. */
    int enabledLevel() {
        if (log.isDebugEnabled()) {
            return SYSLOG_DEBUG;
        }
        if (log.isInfoEnabled()) {
            return SYSLOG_INFO;
        }
        return log.isWarnEnabled() ? SYSLOG_WARNING : SYSLOG_ERROR;
    }

    @Override
    public void log(int syslogLevel, MemorySegment text) {
        Level level = level(syslogLevel);
        // Whoever asked for the debug level wants all of it.
        if (!suppressed.getAsBoolean() && (level == Level.DEBUG || limit.allows())) {
            String note = level == Level.DEBUG ? "" : limit.note();
            log.atLevel(level).log("{}: {}{}", context, CStrings.read(text, LONGEST_BYTES), note);
        }
    }
}
