package io.vfiouser.nvme.controller;

import java.util.List;

/** What {@link IoCounters} count, at one moment, for a whole controller. */
record IoTotals(long readCommands, long readBytes, long writeCommands, long writeBytes, long mediaErrors) {
    static final IoTotals NONE = new IoTotals(0, 0, 0, 0, 0);

    /** What the pollers have done so far. */
    static IoTotals of(List<QueuePoller> pollers) {
        IoTotals sum = NONE;
        for (QueuePoller poller : pollers) {
            IoCounters counters = poller.counters();
            sum = sum.plus(new IoTotals(
                    counters.readCommands(),
                    counters.readBytes(),
                    counters.writeCommands(),
                    counters.writeBytes(),
                    counters.mediaErrors()));
        }
        return sum;
    }

    IoTotals plus(IoTotals other) {
        return new IoTotals(
                readCommands + other.readCommands,
                readBytes + other.readBytes,
                writeCommands + other.writeCommands,
                writeBytes + other.writeBytes,
                mediaErrors + other.mediaErrors);
    }

    IoTotals minus(IoTotals other) {
        return new IoTotals(
                readCommands - other.readCommands,
                readBytes - other.readBytes,
                writeCommands - other.writeCommands,
                writeBytes - other.writeBytes,
                mediaErrors - other.mediaErrors);
    }
}
