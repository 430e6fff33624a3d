package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.migration.ControllerLimits;
import io.vfiouser.nvme.spec.FeatureId;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;

/**
 * Interrupt Vector Configuration. Base 2.1, section 5.1.25.1. A value for each vector. The admin completion queue is never
 * coalesced, whatever its vector's says.
 */
final class InterruptVectorConfigurationFeature implements Feature {
    /** CD. */
    static final int COALESCING_DISABLE = 1 << 16;

    private static final int VECTOR_MASK = 0xFFFF;

    @Override
    public int id() {
        return FeatureId.INTERRUPT_VECTOR_CONFIGURATION;
    }

    @Override
    public int checkPart(int cdw11, boolean set, AdminContext controller) {
        return check(FeatureValue.of(cdw11), controller);
    }

    @Override
    public int part(int cdw11) {
        return cdw11 & VECTOR_MASK;
    }

    @Override
    public FeatureValue defaultValue(int part, AdminContext controller) {
        return FeatureValue.of(part);
    }

    @Override
    public int check(FeatureValue value, AdminContext controller) {
        return part(value.dword()) >= controller.options().interruptVectors()
                ? CommandStatus.of(StatusCode.INVALID_FIELD, SubmissionEntry.CDW11)
                : CommandStatus.SUCCESS;
    }

    @Override
    public boolean movable(int part, FeatureValue value, ControllerLimits limits, AdminContext controller) {
        return part < limits.interruptVectors() && part == part(value.dword());
    }

    @Override
    public FeatureValue kept(FeatureValue value) {
        return FeatureValue.of(value.dword() & (VECTOR_MASK | COALESCING_DISABLE));
    }

    @Override
    public int set(AdminRequest request, FeatureValue value, Runnable keep, AdminContext controller) {
        return controller.changeQueueFeatures(keep);
    }

    @Override
    public void takeEffect(AdminContext controller) {
        controller.takeQueueFeatures();
    }
}
