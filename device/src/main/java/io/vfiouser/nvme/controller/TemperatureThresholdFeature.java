package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.migration.ControllerLimits;
import io.vfiouser.nvme.spec.FeatureId;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;

/**
 * Temperature Threshold. Base 2.1, section 5.1.25.1.3. Only the composite temperature is there to be selected, and a threshold has no
 * hysteresis.
 */
final class TemperatureThresholdFeature implements Feature {
    /** Part: the threshold for rising above. */
    static final int OVER = 0;
    /** Part: the threshold for falling below. */
    static final int UNDER = 1;

    /** TMPTH, bits 15:0. */
    private static final int KELVIN_MASK = 0xFFFF;
    /** TMPSEL of Set Features: all sensors that there are. */
    private static final int ALL_SENSORS = 0xF;

    private static final int THRESHOLD_BYTE = SubmissionEntry.CDW11 + 2;
    private static final int TYPE_BIT = 4;
    private static final int HYSTERESIS_BIT = 6;

    @Override
    public int id() {
        return FeatureId.TEMPERATURE_THRESHOLD;
    }

    @Override
    public int checkPart(int cdw11, boolean set, AdminContext controller) {
        int sensor = cdw11 >>> 16 & 0xF;
        if (sensor != 0 && !(set && sensor == ALL_SENSORS)) {
            return CommandStatus.of(StatusCode.INVALID_FIELD, THRESHOLD_BYTE);
        }
        if (part(cdw11) > UNDER) {
            return CommandStatus.of(StatusCode.INVALID_FIELD, THRESHOLD_BYTE, TYPE_BIT);
        }
        boolean hysteresis = (cdw11 >>> 22 & 0x7) != 0;
        return set && hysteresis
                ? CommandStatus.of(StatusCode.INVALID_FIELD, THRESHOLD_BYTE, HYSTERESIS_BIT)
                : CommandStatus.SUCCESS;
    }

    @Override
    public int part(int cdw11) {
        return cdw11 >>> 20 & 0x3;
    }

    @Override
    public FeatureValue defaultValue(int part, AdminContext controller) {
        return FeatureValue.of(part == UNDER ? 0 : Health.WARNING_KELVIN);
    }

    @Override
    public boolean movable(int part, FeatureValue value, ControllerLimits limits, AdminContext controller) {
        return part == OVER || part == UNDER;
    }

    @Override
    public FeatureValue kept(FeatureValue value) {
        return FeatureValue.of(value.dword() & KELVIN_MASK);
    }

    @Override
    public void takeEffect(AdminContext controller) {
        Features features = controller.features();
        controller
                .health()
                .thresholds(
                        features.current(this, OVER, 0).dword(),
                        features.current(this, UNDER, 0).dword());
        controller.warnOfHealth();
    }
}
