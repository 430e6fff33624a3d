package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.spec.FeatureId;

/** Interrupt Coalescing. Base 2.1, section 5.1.25.1: aggregation threshold, 0's based, and time in units of 100 us. */
final class InterruptCoalescingFeature implements Feature {
    private static final int DEFINED_BITS = 0xFFFF;

    @Override
    public int id() {
        return FeatureId.INTERRUPT_COALESCING;
    }

    @Override
    public FeatureValue defaultValue(int part, AdminContext controller) {
        return FeatureValue.of(0);
    }

    @Override
    public FeatureValue kept(FeatureValue value) {
        return FeatureValue.of(value.dword() & DEFINED_BITS);
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
