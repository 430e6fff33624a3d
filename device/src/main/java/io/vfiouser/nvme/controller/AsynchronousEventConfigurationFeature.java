package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.spec.AsynchronousEventConfiguration;
import io.vfiouser.nvme.spec.FeatureId;
import io.vfiouser.nvme.spec.SmartLog;

/**
 * Asynchronous Event Configuration. Base 2.1, section 5.1.25.1. Bits of events that this controller does not have stay 0, which a
 * host sees in the current value.
 */
final class AsynchronousEventConfigurationFeature implements Feature {
    private static final int SUPPORTED = SmartLog.WARNING_SPARE
            | SmartLog.WARNING_TEMPERATURE
            | SmartLog.WARNING_RELIABILITY
            | SmartLog.WARNING_READ_ONLY
            | SmartLog.WARNING_VOLATILE_BACKUP
            | SmartLog.WARNING_PERSISTENT_MEMORY
            | AsynchronousEventConfiguration.ATTACHED_NAMESPACE_ATTRIBUTE;

    @Override
    public int id() {
        return FeatureId.ASYNCHRONOUS_EVENT_CONFIGURATION;
    }

    @Override
    public FeatureValue defaultValue(int part, AdminContext controller) {
        return FeatureValue.of(0);
    }

    @Override
    public FeatureValue kept(FeatureValue value) {
        return FeatureValue.of(value.dword() & SUPPORTED);
    }

    @Override
    public void takeEffect(AdminContext controller) {
        controller.events().configure(controller.features().current(this, 0, 0).dword());
        controller.warnOfHealth();
    }
}
