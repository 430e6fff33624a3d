package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.migration.ControllerLimits;
import io.vfiouser.nvme.spec.FeatureEffects;

/**
 * A feature: what it accepts, what it is at first, and what a change of it brings about. Base 2.1, section 5.1.25.1. Stateless, entered in
 * {@link FeatureTable}; the values are kept in {@link Features}. Control thread.
 *
 * <p>Of some features CDW11 selects one of several values, called parts here: the threshold for over or under temperature, the one of
 * an interrupt vector. The others have part 0 only.
 */
interface Feature {
    /** Feature identifier. */
    int id();

    /** Whether there is a value for each namespace, not one for the controller. */
    default boolean namespaceSpecific() {
        return false;
    }

    /** Whether this controller has it at present. */
    default boolean supported(AdminContext controller) {
        return true;
    }

    /** Whether hosts may have a value saved, which then is the one after a reset. */
    default boolean saveable() {
        return true;
    }

    /** What the Feature Identifiers Supported and Effects log says of it. */
    default int effects() {
        return FeatureEffects.FSUPP
                | (namespaceSpecific() ? FeatureEffects.SCOPE_NAMESPACE : FeatureEffects.SCOPE_CONTROLLER);
    }

    /** Bytes of the data that the commands carry; 0 if the value is in CDW11 and DW0 instead. */
    default int dataBytes(int cdw11) {
        return 0;
    }

    /** Checks what CDW11 selects. Returns a {@link CommandStatus}. */
    default int checkPart(int cdw11, boolean set, AdminContext controller) {
        return CommandStatus.SUCCESS;
    }

    /** What CDW11 selects; only after {@link #checkPart}. */
    default int part(int cdw11) {
        return 0;
    }

    /** The value of a part that no host has set. */
    FeatureValue defaultValue(int part, AdminContext controller);

    /** Checks a value that a host wants to set, or that was saved. Returns a {@link CommandStatus}. */
    default int check(FeatureValue value, AdminContext controller) {
        return CommandStatus.SUCCESS;
    }

    /** Whether its values are among those that {@link Features} keeps. */
    default boolean kept() {
        return true;
    }

    /** Whether a part of it may have this value in a controller that promises this much, and which was told so elsewhere. */
    default boolean movable(int part, FeatureValue value, ControllerLimits limits, AdminContext controller) {
        return part == 0 && check(value, controller) == CommandStatus.SUCCESS;
    }

    /** What is kept of a value that passed {@link #check}. */
    default FeatureValue kept(FeatureValue value) {
        return value;
    }

    /** What a host is shown of the value that is kept. */
    default FeatureValue shown(FeatureValue kept, AdminContext controller) {
        return kept;
    }

    /**
     * Sets a value that passed {@link #check}.
     *
     * @param keep keeps the value
     * @return a {@link CommandStatus}; {@link CommandStatus#PENDING} after {@link AdminContext#defer}
     */
    default int set(AdminRequest request, FeatureValue value, Runnable keep, AdminContext controller) {
        keep.run();
        takeEffect(controller);
        return CommandStatus.SUCCESS;
    }

    /** Brings the controller in line with the current values: after they were set, and after a reset. */
    default void takeEffect(AdminContext controller) {}
}
