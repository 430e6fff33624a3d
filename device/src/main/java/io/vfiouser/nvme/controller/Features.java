package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.spec.AsynchronousEvent;
import io.vfiouser.nvme.spec.FeatureId;
import java.util.BitSet;

/**
 * The values of the features. Base 2.1, section 5.1.25.1. None is saveable, so a reset brings the defaults back. Control thread
 * only.
 */
final class Features {
    /** Arbitration burst without limit. */
    private static final int DEFAULT_ARBITRATION = 0x7;

    private static final int IDENTIFIERS = 256;
    /** Asynchronous Event Configuration: the SMART warnings, and namespace attribute notices. */
    private static final int EVENT_BITS = 0x1FF;

    private static final int EVENT_TEMPERATURE = 1 << 1;
    private static final int EVENT_NAMESPACE_ATTRIBUTE = 1 << 8;

    private final int[] values = new int[IDENTIFIERS];
    private final BitSet coalescingDisabled = new BitSet();
    private int overTemperature;
    private int underTemperature;
    private long timestampBase;
    private long timestampSetMillis;
    private boolean timestampSet;

    Features() {
        reset();
    }

    /** Whether a feature is supported. */
    static boolean supported(int feature) {
        return switch (feature) {
            case FeatureId.ARBITRATION,
                    FeatureId.POWER_MANAGEMENT,
                    FeatureId.TEMPERATURE_THRESHOLD,
                    FeatureId.ERROR_RECOVERY,
                    FeatureId.VOLATILE_WRITE_CACHE,
                    FeatureId.NUMBER_OF_QUEUES,
                    FeatureId.INTERRUPT_COALESCING,
                    FeatureId.INTERRUPT_VECTOR_CONFIGURATION,
                    FeatureId.WRITE_ATOMICITY_NORMAL,
                    FeatureId.ASYNCHRONOUS_EVENT_CONFIGURATION,
                    FeatureId.TIMESTAMP -> true;
            default -> false;
        };
    }

    /** Whether Set Features changes it. */
    static boolean changeable(int feature) {
        return supported(feature);
    }

    /** Whether it has a value for each namespace. */
    static boolean namespaceSpecific(int feature) {
        return feature == FeatureId.ERROR_RECOVERY;
    }

    /** Value of a feature that is one dword and needs no selection, after a reset. */
    static int defaultValue(int feature) {
        return switch (feature) {
            case FeatureId.ARBITRATION -> DEFAULT_ARBITRATION;
            case FeatureId.VOLATILE_WRITE_CACHE -> 1;
            default -> 0;
        };
    }

    void reset() {
        for (int i = 0; i < IDENTIFIERS; i++) {
            values[i] = defaultValue(i);
        }
        coalescingDisabled.clear();
        overTemperature = Health.WARNING_KELVIN;
        underTemperature = 0;
        timestampSet = false;
        timestampBase = 0;
        timestampSetMillis = 0;
    }

    int value(int feature) {
        return values[feature];
    }

    void value(int feature, int value) {
        values[feature] = feature == FeatureId.ASYNCHRONOUS_EVENT_CONFIGURATION ? value & EVENT_BITS : value;
    }

    int temperatureThreshold(boolean under) {
        return under ? underTemperature : overTemperature;
    }

    void temperatureThreshold(boolean under, int kelvin) {
        if (under) {
            underTemperature = kelvin;
        } else {
            overTemperature = kelvin;
        }
    }

    /** Critical Warning of the SMART log. */
    int criticalWarning() {
        boolean beyond = Health.TEMPERATURE_KELVIN >= overTemperature || Health.TEMPERATURE_KELVIN <= underTemperature;
        return beyond ? Health.TEMPERATURE_WARNING : 0;
    }

    boolean coalescingDisabled(int vector) {
        return coalescingDisabled.get(vector);
    }

    void coalescingDisabled(int vector, boolean disabled) {
        coalescingDisabled.set(vector, disabled);
    }

    /** Milliseconds since the epoch as the host set them, gone on since; or since the last reset. */
    long timestamp(long nowMillis) {
        return timestampBase + (nowMillis - timestampSetMillis);
    }

    boolean timestampSet() {
        return timestampSet;
    }

    void timestamp(long value, long nowMillis, boolean byHost) {
        timestampBase = value;
        timestampSetMillis = nowMillis;
        timestampSet = byHost;
    }

    /** Whether the host wants to hear of an event. */
    boolean enabled(AsynchronousEvent event) {
        int configured = values[FeatureId.ASYNCHRONOUS_EVENT_CONFIGURATION];
        if (event.equals(AsynchronousEvent.TEMPERATURE_THRESHOLD)) {
            return (configured & EVENT_TEMPERATURE) != 0;
        }
        if (event.equals(AsynchronousEvent.NAMESPACE_ATTRIBUTE_CHANGED)) {
            return (configured & EVENT_NAMESPACE_ATTRIBUTE) != 0;
        }
        return true;
    }
}
