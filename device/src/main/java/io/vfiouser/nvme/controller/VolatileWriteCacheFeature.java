package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.spec.FeatureId;

/**
 * Volatile Write Cache. Base 2.1, section 5.1.25.1. Off means that each write from now on, and all before, are durable. There only
 * while a namespace has a cache.
 */
final class VolatileWriteCacheFeature implements Feature {
    /** WCE. */
    private static final int ENABLED = 1;

    @Override
    public int id() {
        return FeatureId.VOLATILE_WRITE_CACHE;
    }

    @Override
    public boolean supported(AdminContext controller) {
        return controller.hasVolatileCache();
    }

    @Override
    public FeatureValue defaultValue(int part, AdminContext controller) {
        return FeatureValue.of(ENABLED);
    }

    @Override
    public FeatureValue kept(FeatureValue value) {
        return FeatureValue.of(value.dword() & ENABLED);
    }

    @Override
    public int set(AdminRequest request, FeatureValue value, Runnable keep, AdminContext controller) {
        return controller.writeCache(enabled(value), keep);
    }

    /** After a reset, while the pollers stand still; what was written before is no concern of the new host. */
    @Override
    public void takeEffect(AdminContext controller) {
        controller.durableWrites(!enabled(controller.features().current(this, 0, 0)));
    }

    private static boolean enabled(FeatureValue value) {
        return (value.dword() & ENABLED) != 0;
    }
}
