package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.migration.ControllerState;
import io.vfiouser.nvme.migration.FeatureState;
import io.vfiouser.nvme.migration.StateRefusedException;
import io.vfiouser.nvme.spec.FeatureId;
import io.vfiouser.nvme.subsystem.NvmSubsystem;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Whether features can have the values that a state says: see {@link RestoreCheck}. */
final class FeatureCheck {
    private static final int LARGEST_IDENTIFIER = 0xFF;

    private FeatureCheck() {}

    static void check(ControllerState state, AdminContext controller) {
        Set<List<Object>> seen = new HashSet<>();
        long keepAlive = 0;
        for (FeatureState each : state.features()) {
            FeatureValue value = check(each, state, controller);
            Refusal.unless(
                    seen.add(List.of(each.feature(), each.part(), each.namespaceId(), each.saved())),
                    () -> "the state is damaged: feature %02x has two values".formatted(each.feature()));
            if (each.feature() == FeatureId.KEEP_ALIVE_TIMER) {
                keepAlive = Integer.toUnsignedLong(value.dword());
            }
        }
        long timeout = state.clocks().keepAliveTimeoutMillis();
        if (keepAlive != timeout) {
            throw new StateRefusedException(
                    "the state is damaged: the Keep Alive Timer feature says %d ms, the timer %d ms"
                            .formatted(keepAlive, timeout));
        }
    }

    private static FeatureValue check(FeatureState each, ControllerState state, AdminContext controller) {
        int id = each.feature();
        Feature feature = find(id);
        if (feature == null || !feature.kept()) {
            throw new StateRefusedException(
                    "the state has a value of feature %02x, which this controller does not keep".formatted(id));
        }
        Refusal.unless(
                each.saved() ? feature.saveable() : state.registers().ready(),
                () -> "the state is damaged: feature %02x has a value that is %s"
                        .formatted(
                                id,
                                each.saved()
                                        ? "saved, which it cannot be"
                                        : "current, but the controller is not ready"));
        if (feature.namespaceSpecific()) {
            Refusal.unlessWithin(
                    1, NvmSubsystem.MAXIMUM_NAMESPACES, each.namespaceId(), "the namespace of feature " + id);
        } else {
            Refusal.unless(
                    each.namespaceId() == 0,
                    () -> "the state is damaged: feature %02x is not a namespace's".formatted(id));
        }
        FeatureValue value = FeatureValue.of(each.value().segment());
        boolean possible = each.part() >= 0
                && value.lengthBytes() == feature.defaultValue(0, controller).lengthBytes()
                && feature.movable(each.part(), value, state.limits(), controller)
                && feature.kept(value).sameAs(value);
        Refusal.unless(
                possible,
                () -> "feature %02x cannot have the value %s that the state has for part %d"
                        .formatted(id, each.value(), each.part()));
        return value;
    }

    private static @Nullable Feature find(int id) {
        return id >= 0 && id <= LARGEST_IDENTIFIER ? FeatureTable.find(id) : null;
    }
}
