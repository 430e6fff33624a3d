package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.spec.SmartLog;

/**
 * What a device made of software reports as its health: a temperature that never changes, no wear, and what it counted. Control
 * thread only.
 */
final class Health {
    static final int TEMPERATURE_KELVIN = 313;
    static final int WARNING_KELVIN = 343;
    static final int CRITICAL_KELVIN = 353;

    private int overKelvin = WARNING_KELVIN;
    private int underKelvin;
    private long powerCycles;
    private long unsafeShutdowns;

    /** Takes over the thresholds beyond which a host wants a warning. */
    void thresholds(int over, int under) {
        overKelvin = over;
        underKelvin = under;
    }

    /**
     * Critical Warning of the SMART log.
     *
     * @param dataLost whether a back end has failed to write
     */
    int criticalWarning(boolean dataLost) {
        boolean beyond = TEMPERATURE_KELVIN >= overKelvin || TEMPERATURE_KELVIN <= underKelvin;
        return (beyond ? SmartLog.WARNING_TEMPERATURE : 0) | (dataLost ? SmartLog.WARNING_RELIABILITY : 0);
    }

    /** The controller was enabled after a cold start: of this process, so once. */
    void poweredOn() {
        powerCycles++;
    }

    /** The host left without a shutdown notification. */
    void shutDownUnsafely() {
        unsafeShutdowns++;
    }

    /** Takes over what another controller has counted. */
    void restore(long cycles, long shutdowns) {
        powerCycles = cycles;
        unsafeShutdowns = shutdowns;
    }

    long powerCycles() {
        return powerCycles;
    }

    long unsafeShutdowns() {
        return unsafeShutdowns;
    }
}
