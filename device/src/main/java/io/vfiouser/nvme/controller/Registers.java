package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.migration.RegisterState;
import io.vfiouser.nvme.spec.AdminQueueAttributes;
import io.vfiouser.nvme.spec.ControllerCapabilities;
import io.vfiouser.nvme.spec.ControllerConfiguration;
import io.vfiouser.nvme.spec.ControllerReadyTimeouts;
import io.vfiouser.nvme.spec.ControllerRegisters;
import io.vfiouser.nvme.spec.ControllerStatus;
import io.vfiouser.nvme.spec.SpecVersion;

/** The controller properties. Base 2.1, section 3.1.4. Control thread only. What their change brings about is in {@link Lifecycle}. */
final class Registers {
    /** What becoming ready, or not ready, takes at worst: commands in a slow back end. */
    private static final int READY_TIMEOUT_MILLIS = 20_000;

    private static final int SMALLEST_PAGE_SHIFT = 12;
    private static final int LARGEST_PAGE_SHIFT = 16;

    private long cap;
    private int cc;
    private int aqa;
    private long asq;
    private long acq;
    private int interruptMask;
    private boolean subsystemResetOccurred;

    Registers(ControllerOptions options) {
        promise(options);
    }

    /** Makes CAP say what these options allow. */
    void promise(ControllerOptions options) {
        cap = ControllerCapabilities.maximumQueueEntries(options.queueEntries())
                | ControllerCapabilities.CQR
                | ControllerCapabilities.timeoutMillis(READY_TIMEOUT_MILLIS)
                | ControllerCapabilities.NSSRS
                | ControllerCapabilities.CSS_NVM
                | ControllerCapabilities.CSS_IO_COMMAND_SETS
                | ControllerCapabilities.memoryPageShifts(SMALLEST_PAGE_SHIFT, LARGEST_PAGE_SHIFT)
                | ControllerCapabilities.CRMS_WITH_MEDIA;
    }

    /** The dword at an offset that is a multiple of 4; reserved ones read as zero. */
    int read(int offset, Lifecycle lifecycle) {
        return switch (offset) {
            case ControllerRegisters.CAP -> (int) cap;
            case ControllerRegisters.CAP + 4 -> (int) (cap >>> 32);
            case ControllerRegisters.VS -> SpecVersion.V2_1;
            case ControllerRegisters.INTMS, ControllerRegisters.INTMC -> interruptMask;
            case ControllerRegisters.CC -> cc;
            case ControllerRegisters.CSTS -> lifecycle.status() | (subsystemResetOccurred ? ControllerStatus.NSSRO : 0);
            case ControllerRegisters.AQA -> aqa;
            case ControllerRegisters.ASQ -> (int) asq;
            case ControllerRegisters.ASQ + 4 -> (int) (asq >>> 32);
            case ControllerRegisters.ACQ -> (int) acq;
            case ControllerRegisters.ACQ + 4 -> (int) (acq >>> 32);
            case ControllerRegisters.CRTO -> ControllerReadyTimeouts.of(READY_TIMEOUT_MILLIS, 0);
            default -> 0;
        };
    }

    /** Writes the dword at an offset that is a multiple of 4; writes to what is reserved or read-only have no effect. */
    void write(int offset, int value, Lifecycle lifecycle) {
        switch (offset) {
            case ControllerRegisters.INTMS -> interruptMask |= value;
            case ControllerRegisters.INTMC -> interruptMask &= ~value;
            case ControllerRegisters.CC -> {
                int before = cc;
                cc = value & ControllerConfiguration.DEFINED_BITS;
                lifecycle.configurationWritten(before, cc);
            }
            case ControllerRegisters.CSTS -> {
                if ((value & ControllerStatus.NSSRO) != 0) {
                    subsystemResetOccurred = false;
                }
            }
            case ControllerRegisters.NSSR -> {
                if (value == ControllerRegisters.NSSR_KEY) {
                    lifecycle.subsystemReset();
                }
            }
            case ControllerRegisters.AQA -> aqa = value & AdminQueueAttributes.DEFINED_BITS;
            case ControllerRegisters.ASQ -> asq = low(asq, value) & ControllerRegisters.QUEUE_BASE_MASK;
            case ControllerRegisters.ASQ + 4 -> asq = high(asq, value);
            case ControllerRegisters.ACQ -> acq = low(acq, value) & ControllerRegisters.QUEUE_BASE_MASK;
            case ControllerRegisters.ACQ + 4 -> acq = high(acq, value);
            default -> {}
        }
    }

    int configuration() {
        return cc;
    }

    int adminQueueAttributes() {
        return aqa;
    }

    long adminSubmissionBase() {
        return asq;
    }

    long adminCompletionBase() {
        return acq;
    }

    long capabilities() {
        return cap;
    }

    /** All of them; what CSTS says is {@link Lifecycle}'s part. */
    RegisterState state(Lifecycle lifecycle) {
        return new RegisterState(
                cc,
                lifecycle.enabled(),
                lifecycle.fatal(),
                lifecycle.shutDown(),
                subsystemResetOccurred,
                aqa,
                asq,
                acq,
                interruptMask);
    }

    /** Takes them over, but for {@link Lifecycle}'s part. */
    void restore(RegisterState state) {
        cc = state.configuration();
        aqa = state.adminQueueAttributes();
        asq = state.adminSubmissionBase();
        acq = state.adminCompletionBase();
        interruptMask = state.interruptMask();
        subsystemResetOccurred = state.subsystemResetOccurred();
    }

    /** Brings the values after power-on back, but for the trace that an NVM subsystem reset leaves. */
    void clear() {
        cc = 0;
        aqa = 0;
        asq = 0;
        acq = 0;
        interruptMask = 0;
    }

    /** An NVM subsystem reset happened. */
    void rememberSubsystemReset() {
        subsystemResetOccurred = true;
    }

    /** The device is as after power-on, or will be. */
    void forgetSubsystemReset() {
        subsystemResetOccurred = false;
    }

    private static long low(long old, int value) {
        return (old & 0xFFFF_FFFF_0000_0000L) | (value & 0xFFFF_FFFFL);
    }

    private static long high(long old, int value) {
        return (old & 0xFFFF_FFFFL) | (long) value << 32;
    }
}
