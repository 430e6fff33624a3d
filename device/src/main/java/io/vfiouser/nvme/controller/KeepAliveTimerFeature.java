package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.spec.FeatureId;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;

/**
 * Keep Alive Timer. Base 2.1, section 5.1.25.1: the timeout in milliseconds, 0 for none, rounded up to the granularity that
 * Identify Controller's KAS announces.
 */
final class KeepAliveTimerFeature implements Feature {
    /** Identify Controller's KAS: granularity in units of 100 ms. */
    static final int GRANULARITY_UNITS = 1;

    private static final long GRANULARITY_MILLIS = GRANULARITY_UNITS * 100L;
    private static final long MASK = 0xFFFF_FFFFL;

    @Override
    public int id() {
        return FeatureId.KEEP_ALIVE_TIMER;
    }

    @Override
    public boolean saveable() {
        return false;
    }

    @Override
    public FeatureValue defaultValue(int part, AdminContext controller) {
        return FeatureValue.of(0);
    }

    @Override
    public int check(FeatureValue value, AdminContext controller) {
        return rounded(value) > MASK
                ? CommandStatus.of(StatusCode.KEEP_ALIVE_TIMEOUT_INVALID, SubmissionEntry.CDW11)
                : CommandStatus.SUCCESS;
    }

    @Override
    public FeatureValue kept(FeatureValue value) {
        return FeatureValue.of((int) rounded(value));
    }

    @Override
    public void takeEffect(AdminContext controller) {
        long timeout = controller.features().current(this, 0, 0).dword() & MASK;
        controller.keepAlive().start(timeout, controller.nowMillis());
    }

    private static long rounded(FeatureValue value) {
        return Math.ceilDiv(value.dword() & MASK, GRANULARITY_MILLIS) * GRANULARITY_MILLIS;
    }
}
