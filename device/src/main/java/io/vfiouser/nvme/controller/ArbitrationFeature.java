package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.spec.FeatureId;

/**
 * Arbitration. Base 2.1, section 5.1.25.1.1. With round robin only Arbitration Burst counts; the weights are kept as they are
 * set.
 */
final class ArbitrationFeature implements Feature {
    /** AB: no limit. */
    private static final int DEFAULT = 0x7;

    @Override
    public int id() {
        return FeatureId.ARBITRATION;
    }

    @Override
    public FeatureValue defaultValue(int part, AdminContext controller) {
        return FeatureValue.of(DEFAULT);
    }

    @Override
    public FeatureValue kept(FeatureValue value) {
        // Bits 7:3 are reserved.
        return FeatureValue.of(value.dword() & 0xFFFF_FF07);
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
