package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.spec.FeatureId;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;

/**
 * Power Management. Base 2.1, section 5.1.25.1.2. There is one power state: what a process consumes is not its guest's to
 * decide.
 */
final class PowerManagementFeature implements Feature {
    /** Power State, bits 4:0. */
    private static final int STATE_MASK = 0x1F;
    /** Workload Hint, bits 7:5. */
    private static final int HINT_SHIFT = 5;

    private static final int HINT_MASK = 0x7;
    private static final int LAST_HINT = 2;
    /** Identify Controller's NPSS. */
    private static final int LAST_STATE = 0;

    @Override
    public int id() {
        return FeatureId.POWER_MANAGEMENT;
    }

    @Override
    public FeatureValue defaultValue(int part, AdminContext controller) {
        return FeatureValue.of(0);
    }

    @Override
    public int check(FeatureValue value, AdminContext controller) {
        if ((value.dword() & STATE_MASK) > LAST_STATE) {
            return CommandStatus.of(StatusCode.INVALID_FIELD, SubmissionEntry.CDW11);
        }
        return (value.dword() >>> HINT_SHIFT & HINT_MASK) > LAST_HINT
                ? CommandStatus.of(StatusCode.INVALID_FIELD, SubmissionEntry.CDW11, HINT_SHIFT)
                : CommandStatus.SUCCESS;
    }

    @Override
    public FeatureValue kept(FeatureValue value) {
        return FeatureValue.of(value.dword() & 0xFF);
    }
}
