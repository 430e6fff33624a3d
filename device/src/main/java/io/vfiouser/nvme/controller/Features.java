package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.migration.Bytes;
import io.vfiouser.nvme.migration.FeatureState;
import io.vfiouser.nvme.spec.FeatureId;
import io.vfiouser.nvme.subsystem.SavedFeatures;
import io.vfiouser.nvme.subsystem.SubsystemSettings;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The values of a controller's features. Base 2.1, section 4.4: current is what was set since the last reset, else what is saved, else
 * the default. Control thread only.
 */
final class Features {
    private static final Logger LOG = LoggerFactory.getLogger(Features.class);
    /** Bit of Interrupt Vector Configuration: Coalescing Disable. */
    private static final int COALESCING_DISABLE = InterruptVectorConfigurationFeature.COALESCING_DISABLE;

    private final AdminContext controller;
    private final SubsystemSettings settings;
    /** What was set since the last reset: bounded, since keys are checked before there are values for them. */
    private final Map<SavedFeatures.Key, FeatureValue> set = new HashMap<>();

    private SavedFeatures saved;
    /** What is being saved since another controller moved here: holds until that has been done. */
    private Map<SavedFeatures.Key, byte[]> arriving = Map.of();

    private CompletableFuture<Void> arrival = CompletableFuture.completedFuture(null);

    Features(AdminContext controller, SubsystemSettings settings, int controllerId) {
        this.controller = controller;
        this.settings = settings;
        this.saved = new SavedFeatures(settings, controllerId);
    }

    /** From now on what is saved is that of the controller with this identifier. */
    void ofController(int controllerId) {
        saved = new SavedFeatures(settings, controllerId);
    }

    /** All values that were set, and all that are saved and can be used. */
    List<FeatureState> states() {
        List<FeatureState> states = new ArrayList<>();
        set.forEach((key, value) -> states.add(state(key, false, value)));
        savedNow().forEach((key, bytes) -> {
            Feature feature = key.feature() <= 0xFF ? FeatureTable.find(key.feature()) : null;
            FeatureValue value = feature == null || !feature.saveable() ? null : usable(feature, bytes);
            if (value != null) {
                states.add(state(key, true, value));
            }
        });
        states.sort(Comparator.comparingInt(FeatureState::feature)
                .thenComparingInt(FeatureState::part)
                .thenComparingInt(FeatureState::namespaceId)
                .thenComparing(FeatureState::saved));
        return states;
    }

    /** Takes over all values, and forgets its own; what is to be saved counts at once. */
    void restore(List<FeatureState> states) {
        set.clear();
        Map<SavedFeatures.Key, byte[]> toSave = new HashMap<>();
        for (FeatureState state : states) {
            SavedFeatures.Key key = new SavedFeatures.Key(state.feature(), state.part(), state.namespaceId());
            if (state.saved()) {
                toSave.put(key, state.value().toArray());
            } else {
                set.put(key, FeatureValue.of(state.value().segment()));
            }
        }
        arriving = toSave;
        arrival = saved.replaceAll(toSave);
    }

    private static FeatureState state(SavedFeatures.Key key, boolean saved, FeatureValue value) {
        return new FeatureState(key.feature(), key.part(), key.namespaceId(), saved, Bytes.of(value.bytes()));
    }

    private Map<SavedFeatures.Key, byte[]> savedNow() {
        return hasArrived() ? saved.all() : arriving;
    }

    private Optional<byte[]> saved(SavedFeatures.Key key) {
        return hasArrived() ? saved.get(key) : Optional.ofNullable(arriving.get(key));
    }

    /** Whether the settings have what moved here; if they could not take it, which is in the log, it holds as long as the process. */
    private boolean hasArrived() {
        return arrival.isDone() && !arrival.isCompletedExceptionally();
    }

    /** Says which of the saved values are not used. */
    void warnOfUselessValues() {
        saved.all().forEach((key, bytes) -> {
            Feature feature = key.feature() <= 0xFF ? FeatureTable.find(key.feature()) : null;
            if (feature == null || !feature.saveable() || usable(feature, bytes) == null) {
                LOG.warn("{}: the saved feature {} is left out", controller.name(), saved.name(key));
            }
        });
    }

    /** Forgets what was set and not saved. */
    void reset() {
        set.clear();
    }

    /** Makes the current values effective, as they are after a reset. */
    void takeEffect() {
        for (Feature feature : FeatureTable.all()) {
            feature.takeEffect(controller);
        }
    }

    /** A namespace is not attached any more; one that gets its identifier starts anew. */
    void forgetNamespace(int namespaceId) {
        set.keySet().removeIf(key -> key.namespaceId() == namespaceId);
    }

    FeatureValue current(Feature feature, int part, int namespaceId) {
        FeatureValue value = set.get(key(feature, part, namespaceId));
        return value == null ? savedOrDefault(feature, part, namespaceId) : value;
    }

    /** The saved value, or the default if none is saved: section 4.4. */
    FeatureValue savedOrDefault(Feature feature, int part, int namespaceId) {
        FeatureValue value = null;
        if (feature.saveable()) {
            value = saved(key(feature, part, namespaceId))
                    .map(bytes -> usable(feature, bytes))
                    .orElse(null);
        }
        return value == null ? feature.defaultValue(part, controller) : value;
    }

    void set(Feature feature, int part, List<Integer> namespaceIds, FeatureValue value) {
        for (int namespaceId : namespaceIds) {
            set.put(key(feature, part, namespaceId), value);
        }
    }

    /** Completes when the value is saved; exceptionally if it could not be. */
    CompletableFuture<Void> save(Feature feature, int part, List<Integer> namespaceIds, FeatureValue value) {
        List<SavedFeatures.Key> keys =
                namespaceIds.stream().map(nsid -> key(feature, part, nsid)).toList();
        if (!hasArrived()) {
            keys.forEach(key -> arriving.put(key, value.toArray()));
        }
        return saved.put(keys, value.toArray());
    }

    /** Current value of a feature of the controller that is one dword and has no parts. */
    int value(int id) {
        Feature feature = FeatureTable.find(id);
        if (feature == null) {
            throw new IllegalArgumentException("no feature " + id);
        }
        return current(feature, 0, 0).dword();
    }

    /** Whether Interrupt Vector Configuration exempts a vector from coalescing. */
    boolean coalescingDisabled(int vector) {
        Feature feature = FeatureTable.find(FeatureId.INTERRUPT_VECTOR_CONFIGURATION);
        return feature != null && (current(feature, vector, 0).dword() & COALESCING_DISABLE) != 0;
    }

    private @Nullable FeatureValue usable(Feature feature, byte[] bytes) {
        FeatureValue value = FeatureValue.of(MemorySegment.ofArray(bytes));
        boolean fits =
                value.lengthBytes() == feature.defaultValue(0, controller).lengthBytes()
                        && feature.check(value, controller) == CommandStatus.SUCCESS;
        return fits ? value : null;
    }

    private static SavedFeatures.Key key(Feature feature, int part, int namespaceId) {
        return new SavedFeatures.Key(feature.id(), part, feature.namespaceSpecific() ? namespaceId : 0);
    }
}
