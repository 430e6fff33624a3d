package io.vfiouser.nvme.controller;

import java.util.function.LongSupplier;

/**
 * What has added up in the controller's life, wherever it was served: the part of the SMART log that is counted. Base 2.1, section
 * 5.1.12.1.3. Control thread only.
 */
final class LifeCounters {
    private static final long MILLIS_PER_HOUR = 3_600_000;

    private final PollerGroup group;
    private final LongSupplier clockMillis;
    private final Health health = new Health();
    private final BusyTime busyTime;
    private long poweredOnSince;
    /** What was done elsewhere, less what these pollers had done before they took it over. */
    private IoTotals carried = IoTotals.NONE;

    LifeCounters(PollerGroup group, LongSupplier clockMillis) {
        this.group = group;
        this.clockMillis = clockMillis;
        this.poweredOnSince = clockMillis.getAsLong();
        this.busyTime = new BusyTime(poweredOnSince);
        health.poweredOn();
    }

    Health health() {
        return health;
    }

    /** Notices whether I/O commands are under way; to be called at each pass. */
    void lookWhetherBusy() {
        long now = clockMillis.getAsLong();
        if (busyTime.due(now)) {
            long commands = 0;
            for (QueuePoller poller : group.pollers()) {
                commands += poller.counters().readCommands() + poller.counters().writeCommands();
            }
            busyTime.look(now, commands);
        }
    }

    long busyMinutes() {
        return busyTime.minutes();
    }

    long busyMillis() {
        return busyTime.millis();
    }

    long powerOnHours() {
        return powerOnMillis() / MILLIS_PER_HOUR;
    }

    long powerOnMillis() {
        return clockMillis.getAsLong() - poweredOnSince;
    }

    IoTotals totals() {
        return IoTotals.of(group.pollers()).plus(carried);
    }

    /** Takes over what a controller has counted that goes on here. */
    void restore(IoTotals totals, long powerOnMillis, long busyMillis) {
        carried = totals.minus(IoTotals.of(group.pollers()));
        poweredOnSince = clockMillis.getAsLong() - powerOnMillis;
        busyTime.restore(busyMillis);
    }
}
