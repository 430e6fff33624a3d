package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.migration.RegisterState;
import io.vfiouser.nvme.spec.AdminQueueAttributes;
import io.vfiouser.nvme.spec.ControllerCapabilities;
import io.vfiouser.nvme.spec.ControllerConfiguration;
import io.vfiouser.nvme.spec.ControllerStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Enabling, disabling, shutting down, failing. Base 2.1, sections 3.5 to 3.7. Control thread only. Nothing here waits: what takes time
 * goes on in {@link #advance}.
 */
final class Lifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(Lifecycle.class);

    private enum State {
        /** CSTS.RDY is 0. */
        DISABLED,
        /** CSTS.RDY is 1. */
        ENABLED,
        /** On the way to disabled: the pollers are drained first. */
        DISABLING
    }

    private enum Shutdown {
        NONE,
        DRAINING,
        FLUSHING,
        COMPLETE
    }

    private final SharedState shared;
    private final PollerGroup group;
    private final IoQueues ioQueues;
    private final Registers registers;
    private final FlushAll flushAll;
    private final AdminAgent admin;
    private final AdminContext context;
    private State state = State.DISABLED;
    private Shutdown shutdown = Shutdown.NONE;
    private boolean fatal;
    /**
     * Reset while nobody touches guest memory: for the host it is as after power-on at once, though back ends have yet to end what they have,
     * and it is not enabled before.
     */
    private boolean resetInPause;

    Lifecycle(
            SharedState shared,
            PollerGroup group,
            IoQueues ioQueues,
            Registers registers,
            FlushAll flushAll,
            AdminAgent admin,
            AdminContext context) {
        this.shared = shared;
        this.group = group;
        this.ioQueues = ioQueues;
        this.registers = registers;
        this.flushAll = flushAll;
        this.admin = admin;
        this.context = context;
    }

    /** CSTS without NSSRO. */
    int status() {
        if (resetInPause) {
            return 0;
        }
        int csts = state == State.DISABLED ? 0 : ControllerStatus.RDY;
        if (fatal) {
            csts |= ControllerStatus.CFS;
        }
        int shst = switch (shutdown) {
            case NONE -> ControllerStatus.SHST_NORMAL_OPERATION;
            case DRAINING, FLUSHING -> ControllerStatus.SHST_IN_PROGRESS;
            case COMPLETE -> ControllerStatus.SHST_COMPLETE;
        };
        return ControllerStatus.withShutdown(csts, shst);
    }

    /** Whether admin commands are executed. */
    boolean processing() {
        return state == State.ENABLED && !fatal && shutdown == Shutdown.NONE;
    }

    /** Whether an admin command that waits for the pollers may go on, so that a shutdown need not wait for ever. */
    boolean finishing() {
        return state == State.ENABLED && !fatal && shutdown == Shutdown.DRAINING;
    }

    /** Whether {@link #advance} has something to wait for. */
    boolean inTransition() {
        return state == State.DISABLING || shutdown == Shutdown.DRAINING || shutdown == Shutdown.FLUSHING;
    }

    boolean enabled() {
        return state == State.ENABLED;
    }

    /** CSTS.CFS. */
    boolean fatal() {
        return fatal;
    }

    /** Whether CSTS.SHST says that shutdown processing is complete. */
    boolean shutDown() {
        return shutdown == Shutdown.COMPLETE;
    }

    /** Whether it is as after power-on: no host has enabled it or shut it down, and nothing has failed. */
    boolean untouched() {
        return state == State.DISABLED && shutdown == Shutdown.NONE && !fatal;
    }

    /** Takes over what CSTS says. Only if {@link #untouched}; the pollers stand still. */
    void restore(RegisterState registersThen) {
        state = registersThen.ready() ? State.ENABLED : State.DISABLED;
        if (registersThen.ready()) {
            shared.pageShift = ControllerConfiguration.pageShift(registersThen.configuration());
        }
        if (registersThen.fatal()) {
            fatal = true;
            group.request(PollerGroup.Reason.FATAL, PauseLevel.DRAIN);
        }
        if (registersThen.shutdownComplete()) {
            shutdown = Shutdown.COMPLETE;
            group.request(PollerGroup.Reason.SHUTDOWN, PauseLevel.DRAIN);
        }
    }

    /** CC was written. */
    void configurationWritten(int before, int now) {
        boolean enabledBefore = ControllerConfiguration.enabled(before);
        boolean enabledNow = ControllerConfiguration.enabled(now);
        if (enabledBefore && !enabledNow) {
            disable();
        } else if (!enabledBefore && enabledNow && state == State.DISABLED) {
            enable();
        }
        int wanted = ControllerConfiguration.shutdown(now);
        boolean notice = wanted == ControllerConfiguration.SHN_NORMAL || wanted == ControllerConfiguration.SHN_ABRUPT;
        if (notice && wanted != ControllerConfiguration.shutdown(before) && shutdown == Shutdown.NONE) {
            shutdown = Shutdown.DRAINING;
            group.request(PollerGroup.Reason.SHUTDOWN, PauseLevel.DRAIN);
        }
    }

    /** Resets everything, registers too: device reset, function level reset, subsystem reset, lost connection. */
    void reset() {
        if (state == State.ENABLED && shutdown != Shutdown.COMPLETE) {
            context.health().shutDownUnsafely();
        }
        if (group.reached(PauseLevel.QUIET)) {
            // Their memory may go before the back ends have ended what they have.
            group.abandon();
            resetInPause = true;
        }
        disable();
        registers.clear();
        advance();
    }

    /** NSSR was written: resets all controllers of the subsystem, this one at once. Base 2.1, section 3.7.1. */
    void subsystemReset() {
        context.resetOtherControllers();
        ownSubsystemReset();
    }

    /** An NVM subsystem reset, as far as it concerns this controller. */
    void ownSubsystemReset() {
        reset();
        registers.rememberSubsystemReset();
    }

    /** CSTS.CFS unless there is no host whose memory it could have been: the next one finds a controller that works. */
    void memoryFault(String why) {
        if (state == State.DISABLED) {
            LOG.warn("{}: late news of an earlier host: {}", context.name(), why);
        } else {
            fail(why);
        }
    }

    /** CSTS.CFS: nothing goes on until the host resets the controller. */
    void fail(String why) {
        if (!fatal) {
            LOG.warn("{}: fatal controller status: {}", context.name(), why);
            fatal = true;
            // Drained, so that no other controller's fused operation waits for what is under way here.
            group.request(PollerGroup.Reason.FATAL, PauseLevel.DRAIN);
        }
    }

    /** Goes on with what was begun. Returns how much was done. */
    int advance() {
        if (state == State.DISABLING && group.reached(PauseLevel.DRAIN)) {
            disabled();
            return 1;
        }
        if (!fatal && state == State.ENABLED && group.anyFaulted()) {
            fail("the pollers stopped over memory that the guest took away, or over a fault that the log has");
            return 1;
        }
        return switch (shutdown) {
            case DRAINING -> {
                if (admin.busy() || !group.reached(PauseLevel.DRAIN)) {
                    yield 0;
                }
                flushAll.start(context.namespaces());
                shutdown = Shutdown.FLUSHING;
                yield 1;
            }
            case FLUSHING -> {
                if (!flushAll.poll()) {
                    yield 0;
                }
                if (flushAll.failed()) {
                    LOG.error("{}: not all data could be made durable at shutdown", context.name());
                    shared.faults.flushFailed();
                }
                shutdown = Shutdown.COMPLETE;
                yield 1;
            }
            case NONE, COMPLETE -> 0;
        };
    }

    private void enable() {
        int cc = registers.configuration();
        int aqa = registers.adminQueueAttributes();
        String fault = context.refusal().orElseGet(() -> fault(cc));
        if (fault.isEmpty() && tooSmall(aqa)) {
            fault = "AQA asks for an admin queue of one entry";
        }
        if (!fault.isEmpty()) {
            fail(fault);
            return;
        }
        shared.pageShift = ControllerConfiguration.pageShift(cc);
        boolean mapped = admin.open(
                registers.adminSubmissionBase(),
                AdminQueueAttributes.submissionEntries(aqa),
                registers.adminCompletionBase(),
                AdminQueueAttributes.completionEntries(aqa));
        if (!mapped) {
            fail("the admin queue lies in memory that is not mapped, or not for both directions");
            return;
        }
        context.enabled();
        state = State.ENABLED;
        LOG.debug("{}: enabled", context.name());
    }

    /** What makes a controller with this CC fail, or nothing. */
    String fault(int cc) {
        int pageShift = ControllerConfiguration.pageShift(cc);
        long cap = registers.capabilities();
        if (pageShift < ControllerCapabilities.minimumPageShift(cap)
                || pageShift > ControllerCapabilities.maximumPageShift(cap)) {
            return "CC.MPS asks for pages of 2^%d bytes".formatted(pageShift);
        }
        int commandSet = ControllerConfiguration.commandSet(cc);
        if (commandSet != ControllerConfiguration.CSS_NVM && commandSet != ControllerConfiguration.CSS_ALL_SUPPORTED) {
            return "CC.CSS asks for command set " + commandSet;
        }
        if (ControllerConfiguration.arbitration(cc) != 0) {
            return "CC.AMS asks for arbitration mechanism " + ControllerConfiguration.arbitration(cc);
        }
        return "";
    }

    private static boolean tooSmall(int aqa) {
        return AdminQueueAttributes.submissionEntries(aqa) < AdminQueueAttributes.MINIMUM_ENTRIES
                || AdminQueueAttributes.completionEntries(aqa) < AdminQueueAttributes.MINIMUM_ENTRIES;
    }

    private void disable() {
        state = State.DISABLING;
        admin.close();
        group.request(PollerGroup.Reason.ADMIN, PauseLevel.DRAIN);
    }

    private void disabled() {
        ioQueues.clear();
        shared.doorbells.clear();
        shared.durableWrites = false;
        context.reset();
        fatal = false;
        shutdown = Shutdown.NONE;
        state = State.DISABLED;
        resetInPause = false;
        group.release(PollerGroup.Reason.ADMIN);
        group.release(PollerGroup.Reason.SHUTDOWN);
        group.release(PollerGroup.Reason.FATAL);
        LOG.debug("{}: disabled", context.name());
        if (ControllerConfiguration.enabled(registers.configuration())) {
            enable();
        }
    }
}
