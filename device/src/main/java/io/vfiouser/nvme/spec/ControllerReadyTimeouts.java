package io.vfiouser.nvme.spec;

/** Bit fields of CRTO, Controller Ready Timeouts. Base 2.1, section 3.1.4.24. */
public final class ControllerReadyTimeouts {
    private ControllerReadyTimeouts() {}

    public static int of(int withMediaMillis, int independentOfMediaMillis) {
        return units(withMediaMillis) | units(independentOfMediaMillis) << 16;
    }

    public static int withMediaMillis(int crto) {
        return (crto & 0xFFFF) * ControllerCapabilities.TIMEOUT_UNIT_MILLIS;
    }

    public static int independentOfMediaMillis(int crto) {
        return (crto >>> 16) * ControllerCapabilities.TIMEOUT_UNIT_MILLIS;
    }

    private static int units(int millis) {
        return Math.min(Math.ceilDiv(millis, ControllerCapabilities.TIMEOUT_UNIT_MILLIS), 0xFFFF);
    }
}
