package io.vfiouser.nvme.migration;

/**
 * What goes on by time.
 *
 * @param timestampMillis the Timestamp feature at the moment of saving
 * @param timestampSetByHost whether the host has set it since the last reset
 * @param savedAtEpochMillis when it was saved, by the wall clock of the source, so that a destination with a clock in step can
 *     add the time between
 * @param keepAliveTimeoutMillis the Keep Alive Timer's timeout, 0 if it is off
 */
public record ClockState(
        long timestampMillis, boolean timestampSetByHost, long savedAtEpochMillis, long keepAliveTimeoutMillis) {}
