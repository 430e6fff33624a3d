package io.vfiouser.nvme.controller;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The table of features: a new one is entered here and nowhere else. */
final class FeatureTable {
    private static final int IDENTIFIERS = 256;
    private static final List<Feature> ALL = List.of(
            new ArbitrationFeature(),
            new PowerManagementFeature(),
            new TemperatureThresholdFeature(),
            new ErrorRecoveryFeature(),
            new VolatileWriteCacheFeature(),
            new NumberOfQueuesFeature(),
            new InterruptCoalescingFeature(),
            new InterruptVectorConfigurationFeature(),
            new WriteAtomicityNormalFeature(),
            new AsynchronousEventConfigurationFeature(),
            new TimestampFeature(),
            new KeepAliveTimerFeature(),
            new HostBehaviorSupportFeature(),
            new IoCommandSetProfileFeature(),
            new HostIdentifierFeature());
    private static final @Nullable Feature[] BY_ID = new Feature[IDENTIFIERS];

    static {
        for (Feature feature : ALL) {
            BY_ID[feature.id()] = feature;
        }
    }

    private FeatureTable() {}

    /** All features, in the order of their identifiers. */
    static List<Feature> all() {
        return ALL;
    }

    /** The feature with an identifier of 0 to 255, or null. */
    @Nullable
    static Feature find(int id) {
        return BY_ID[id];
    }

    /** The feature with an identifier of 0 to 255 if the controller has it at present, or null. */
    @Nullable
    static Feature find(int id, AdminContext controller) {
        Feature feature = BY_ID[id];
        return feature != null && feature.supported(controller) ? feature : null;
    }
}
