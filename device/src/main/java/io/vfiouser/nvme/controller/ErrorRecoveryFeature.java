package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.spec.FeatureId;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;

/**
 * Error Recovery. NVM Command Set 1.1, section 4.1.3.2. Time Limited Error Recovery is kept: what recovery there is belongs to the back
 * end. No namespace reports errors for deallocated blocks, so that cannot be asked for.
 */
final class ErrorRecoveryFeature implements Feature {
    /** TLER, bits 15:0, in units of 100 ms. */
    private static final int TIME_MASK = 0xFFFF;
    /** DULBE. */
    private static final int DEALLOCATED_ERROR_ENABLE = 1 << 16;

    @Override
    public int id() {
        return FeatureId.ERROR_RECOVERY;
    }

    @Override
    public boolean namespaceSpecific() {
        return true;
    }

    @Override
    public FeatureValue defaultValue(int part, AdminContext controller) {
        return FeatureValue.of(0);
    }

    @Override
    public int check(FeatureValue value, AdminContext controller) {
        return (value.dword() & DEALLOCATED_ERROR_ENABLE) != 0
                ? CommandStatus.of(StatusCode.INVALID_FIELD, SubmissionEntry.CDW11 + 2)
                : CommandStatus.SUCCESS;
    }

    @Override
    public FeatureValue kept(FeatureValue value) {
        return FeatureValue.of(value.dword() & TIME_MASK);
    }
}
