package io.vfiouser.nvme.migration;

/** The controller properties. */
final class RegisterCodec {
    private RegisterCodec() {}

    static void write(FieldWriter out, RegisterState registers) {
        out.u32(registers.configuration());
        out.flag(registers.ready());
        out.flag(registers.fatal());
        out.flag(registers.shutdownComplete());
        out.flag(registers.subsystemResetOccurred());
        out.u32(registers.adminQueueAttributes());
        out.u64(registers.adminSubmissionBase());
        out.u64(registers.adminCompletionBase());
        out.u32(registers.interruptMask());
    }

    static RegisterState read(FieldReader in) {
        return new RegisterState(
                in.u32(), in.flag(), in.flag(), in.flag(), in.flag(), in.u32(), in.u64(), in.u64(), in.u32());
    }
}
