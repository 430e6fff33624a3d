package io.vfiouser.nvme.controller;

/**
 * What a device made of software reports as its health: a temperature that never changes, no wear, and what it counted. Control
 * thread only.
 */
final class Health {
    static final int TEMPERATURE_KELVIN = 313;
    static final int WARNING_KELVIN = 343;
    static final int CRITICAL_KELVIN = 353;

    /** Critical Warning: the temperature is beyond a threshold. */
    static final int TEMPERATURE_WARNING = 1 << 1;

    private long powerCycles;
    private long unsafeShutdowns;

    /** The controller was enabled after a cold start: of this process, so once. */
    void poweredOn() {
        powerCycles++;
    }

    /** The host left without a shutdown notification. */
    void shutDownUnsafely() {
        unsafeShutdowns++;
    }

    long powerCycles() {
        return powerCycles;
    }

    long unsafeShutdowns() {
        return unsafeShutdowns;
    }
}
