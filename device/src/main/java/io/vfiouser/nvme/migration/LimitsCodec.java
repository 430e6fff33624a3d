package io.vfiouser.nvme.migration;

import io.vfiouser.nvme.subsystem.SubsystemIdentity;

/** What a host was promised. */
final class LimitsCodec {
    private static final int LONGEST_TEXT_BYTES = 255;

    private LimitsCodec() {}

    static void write(FieldWriter out, ControllerLimits limits) {
        SubsystemIdentity subsystem = limits.subsystem();
        out.text(subsystem.serial(), LONGEST_TEXT_BYTES);
        out.text(subsystem.model(), LONGEST_TEXT_BYTES);
        out.text(subsystem.firmware(), LONGEST_TEXT_BYTES);
        out.text(subsystem.name(), LONGEST_TEXT_BYTES);
        out.u16(limits.controllerId());
        out.u16(limits.pciVendorId());
        out.flag(limits.multipleControllers());
        out.u32(limits.queuePairs());
        out.u32(limits.queueEntries());
        out.u32(limits.interruptVectors());
        out.u8(limits.transferShift());
    }

    static ControllerLimits read(FieldReader in) {
        return new ControllerLimits(identity(in), in.u16(), in.u16(), in.flag(), in.u32(), in.u32(), in.u32(), in.u8());
    }

    private static SubsystemIdentity identity(FieldReader in) {
        String serial = in.text(LONGEST_TEXT_BYTES);
        String model = in.text(LONGEST_TEXT_BYTES);
        String firmware = in.text(LONGEST_TEXT_BYTES);
        String name = in.text(LONGEST_TEXT_BYTES);
        return in.valid(() -> new SubsystemIdentity(serial, model, firmware, name));
    }
}
