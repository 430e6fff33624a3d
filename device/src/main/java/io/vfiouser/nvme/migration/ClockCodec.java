package io.vfiouser.nvme.migration;

/** What goes on by time. */
final class ClockCodec {
    private ClockCodec() {}

    static void write(FieldWriter out, ClockState clocks) {
        out.u64(clocks.timestampMillis());
        out.flag(clocks.timestampSetByHost());
        out.u64(clocks.savedAtEpochMillis());
        out.u64(clocks.keepAliveTimeoutMillis());
    }

    static ClockState read(FieldReader in) {
        return new ClockState(in.u64(), in.flag(), in.u64(), in.u64());
    }
}
