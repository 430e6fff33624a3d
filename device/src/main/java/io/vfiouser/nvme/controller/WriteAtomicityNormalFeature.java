package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.spec.FeatureId;

/**
 * Write Atomicity Normal. NVM Command Set 1.1, section 4.1.3.3. Disable Normal is kept; writes stay as atomic as they are, which the
 * host may not rely on then.
 */
final class WriteAtomicityNormalFeature implements Feature {
    /** DN. */
    private static final int DISABLE_NORMAL = 1;

    @Override
    public int id() {
        return FeatureId.WRITE_ATOMICITY_NORMAL;
    }

    @Override
    public FeatureValue defaultValue(int part, AdminContext controller) {
        return FeatureValue.of(0);
    }

    @Override
    public FeatureValue kept(FeatureValue value) {
        return FeatureValue.of(value.dword() & DISABLE_NORMAL);
    }
}
