package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.migration.ControllerLimits;
import io.vfiouser.nvme.migration.ControllerState;
import io.vfiouser.nvme.migration.RegisterState;
import io.vfiouser.nvme.migration.StateRefusedException;
import io.vfiouser.nvme.migration.StorageMode;
import io.vfiouser.nvme.spec.AdminQueueAttributes;
import io.vfiouser.nvme.spec.ControllerConfiguration;
import io.vfiouser.nvme.spec.ControllerRegisters;

/**
 * Whether a controller can be made what a state says. The state comes from a peer that nobody has to trust: whatever passes here, {@link
 * ControllerRestorer} can take. Changes nothing. Control thread.
 */
final class RestoreCheck {
    private final ControllerParts parts;

    RestoreCheck(ControllerParts parts) {
        this.parts = parts;
    }

    /**
     * @param storage whether the namespaces have to be the very same ones
     * @throws StateRefusedException if it cannot; the message says why
     */
    void check(ControllerState state, StorageMode storage) {
        limits(state.limits());
        registers(state);
        new QueueCheck(state, parts.group().pollers().size()).check();
        FeatureCheck.check(state, parts.context());
        LogCheck.check(state);
        NamespaceCheck.check(state, parts.share(), storage);
    }

    private void limits(ControllerLimits wanted) {
        ControllerOptions own = parts.context().ownOptions();
        Refusal.unless(
                wanted.pciVendorId() == own.pciVendorId(),
                () -> "the source is a device of PCI vendor %04x, this one of %04x: start both with the same"
                        .formatted(wanted.pciVendorId(), own.pciVendorId()));
        boolean several = parts.share().subsystem().multipleControllers();
        Refusal.unless(
                wanted.multipleControllers() == several,
                () -> "the subsystem of the source %s, this one %s: start both alike"
                        .formatted(several(wanted.multipleControllers()), several(several)));
        atMost("I/O queue pairs", 1, wanted.queuePairs(), own.queuePairs());
        atMost("entries in a queue", 2, wanted.queueEntries(), own.queueEntries());
        atMost("interrupt vectors", 1, wanted.interruptVectors(), own.interruptVectors());
        Refusal.unlessWithin(1, Integer.SIZE, wanted.transferShift(), "the largest transfer");
        Refusal.unless(
                wanted.transferShift() <= own.transferShift(),
                () -> ("the source transfers 2^%d pages of 4 KiB in one command, this controller 2^%d at most (MDTS):"
                                + " start it with as much")
                        .formatted(wanted.transferShift(), own.transferShift()));
    }

    private static String several(boolean several) {
        return several ? "may have several controllers" : "has one controller only";
    }

    private static void atMost(String what, int least, int wanted, int own) {
        Refusal.unlessWithin(least, Integer.MAX_VALUE, wanted, "the number of " + what);
        Refusal.unless(
                wanted <= own,
                () -> "the source has up to %d %s, this controller %d: start it with as many"
                        .formatted(wanted, what, own));
    }

    private void registers(ControllerState state) {
        RegisterState registers = state.registers();
        int cc = registers.configuration();
        Refusal.unless(
                (cc & ~ControllerConfiguration.DEFINED_BITS) == 0,
                () -> "the state is damaged: CC has reserved bits, it is %x".formatted(cc));
        Refusal.unless(
                (registers.adminQueueAttributes() & ~AdminQueueAttributes.DEFINED_BITS) == 0,
                () -> "the state is damaged: AQA has reserved bits, it is %x"
                        .formatted(registers.adminQueueAttributes()));
        Refusal.unless(
                ((registers.adminSubmissionBase() | registers.adminCompletionBase())
                                & ~ControllerRegisters.QUEUE_BASE_MASK)
                        == 0,
                () -> "the state is damaged: ASQ or ACQ is not the address of a page");
        boolean enabled = ControllerConfiguration.enabled(cc);
        Refusal.unless(
                enabled || !registers.ready(), () -> "the state is damaged: the controller is ready, but not enabled");
        Refusal.unless(
                !enabled || registers.ready() || registers.fatal(),
                () -> "the state is damaged: the controller is enabled, but neither ready nor failed");
        Refusal.unless(
                registers.ready() == state.adminQueue().isPresent(),
                () -> registers.ready()
                        ? "the state is damaged: the controller is ready, but has no admin queue"
                        : "the state is damaged: the controller has an admin queue, but is not ready");
        if (registers.ready()) {
            String fault = parts.lifecycle().fault(cc);
            Refusal.unless(
                    fault.isEmpty(),
                    () -> "the state is damaged, or of a controller that can do more: %s".formatted(fault));
        }
    }
}
