package io.vfiouser.server;

import java.util.Optional;

/**
 * Judges the messages of migration from 0.2 on, for {@link MessageScreen}. The library's faults:
 *
 * <ul>
 *   <li>The state 8 is let through to tables of eight rows.
 *   <li>What a SET or a dirty report lacks is read from the memory behind the message.
 *   <li>A dirty report with smaller pages than the log's is counted in 8 bits: it never ends, and writes past the report. That the log's
 *       pages are known here, START and STOP are followed as the library follows them; a START that it refuses may only
 *       make this stricter.
 *   <li>Nothing bounds the memory that a report or a read of migration data takes.
 * </ul>
 */
final class FeatureScreen {
    private static final long STATES = 8;
    private static final long SMALLEST_PAGE_BYTES = 4096;

    /** Enough to report 8 TiB in pages of 4 KiB. */
    private static final long MOST_BYTES = 256 << 20;

    // Least bytes of argsz, flags and what the library reads behind them.
    private static final int FIXED_BYTES = 8;
    private static final int STATE_BYTES = 12;
    private static final int START_BYTES = 16;
    private static final int REPORT_BYTES = 32;

    /** The largest pages a log was started with since it was stopped; 0 without one. */
    private long logPageBytes;

    /** What the message that is being served has stopped; 0 for any other. */
    private long stoppedPageBytes;

    /** Why a DEVICE_FEATURE or MIG_DATA_READ must not reach the library. */
    Optional<String> refusal(WireMessage message) {
        if (message.command() == WireMessage.MIG_DATA_READ) {
            return message.migrationReadBytes() > MOST_BYTES
                    ? Optional.of("a read of " + message.migrationReadBytes() + " bytes of migration data")
                    : Optional.empty();
        }
        return switch (message.featureOperation()) {
            case WireMessage.FEATURE_SET -> refusedSet(message);
            case WireMessage.FEATURE_GET ->
                message.feature() == WireMessage.FEATURE_LOG_REPORT ? refusedReport(message) : Optional.empty();
            default -> Optional.empty();
        };
    }

    /** Another message is served. */
    void next() {
        stoppedPageBytes = 0;
    }

    /** The device did not pause for the message, so the library did not serve it. */
    void notServed() {
        logPageBytes = Math.max(logPageBytes, stoppedPageBytes);
    }

    /** A new library context has no log. */
    void renewed() {
        logPageBytes = 0;
        stoppedPageBytes = 0;
    }

    private Optional<String> refusedSet(WireMessage message) {
        return switch (message.feature()) {
            case WireMessage.FEATURE_MIGRATION_STATE -> {
                if (message.payloadBytes() < STATE_BYTES) {
                    yield tooShort("a migration state", message);
                }
                yield message.migrationState() >= STATES
                        ? Optional.of("migration state " + message.migrationState())
                        : Optional.empty();
            }
            case WireMessage.FEATURE_LOG_START -> {
                if (message.payloadBytes() < START_BYTES) {
                    yield tooShort("the start of a dirty log", message);
                }
                long page = message.logPageBytes();
                if (page < SMALLEST_PAGE_BYTES || Long.bitCount(page) != 1) {
                    yield Optional.of("a dirty log with pages of " + page + " bytes");
                }
                logPageBytes = Math.max(logPageBytes, page);
                yield Optional.empty();
            }
            case WireMessage.FEATURE_LOG_STOP -> {
                if (message.payloadBytes() >= FIXED_BYTES && message.featureArgumentBytes() >= message.payloadBytes()) {
                    stoppedPageBytes = logPageBytes;
                    logPageBytes = 0;
                }
                yield Optional.empty();
            }
            default -> Optional.empty();
        };
    }

    private Optional<String> refusedReport(WireMessage message) {
        if (message.payloadBytes() < REPORT_BYTES) {
            return tooShort("a dirty report", message);
        }
        long page = message.reportPageBytes();
        if (page < Math.max(SMALLEST_PAGE_BYTES, logPageBytes)) {
            return Optional.of("a dirty report with pages of " + page + " bytes of a log with " + logPageBytes);
        }
        long bitmapBytes = Long.divideUnsigned(message.reportLengthBytes(), page) / Byte.SIZE;
        return bitmapBytes > MOST_BYTES ? Optional.of("a dirty report of " + bitmapBytes + " bytes") : Optional.empty();
    }

    private static Optional<String> tooShort(String what, WireMessage message) {
        return Optional.of(what + " in " + message.payloadBytes() + " bytes");
    }
}
