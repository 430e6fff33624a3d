package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;

/**
 * CDW11 of the Temperature Threshold feature. Base 2.1, section 5.1.25.1.3. Only the composite temperature is there to be
 * selected.
 */
final class TemperatureThreshold {
    private static final int ALL_SENSORS = 0xF;

    private TemperatureThreshold() {}

    static int check(int cdw11, boolean set) {
        int sensor = cdw11 >>> 16 & 0xF;
        int type = cdw11 >>> 20 & 0x3;
        if (sensor != 0 && !(set && sensor == ALL_SENSORS)) {
            return CommandStatus.of(StatusCode.INVALID_FIELD, SubmissionEntry.CDW11 + 2);
        }
        return type <= 1
                ? CommandStatus.SUCCESS
                : CommandStatus.of(StatusCode.INVALID_FIELD, SubmissionEntry.CDW11 + 2, 4);
    }

    /** Whether the threshold for falling below is meant, not the one for rising above. */
    static boolean under(int cdw11) {
        return (cdw11 >>> 20 & 0x3) == 1;
    }

    static int kelvin(int cdw11) {
        return cdw11 & 0xFFFF;
    }
}
