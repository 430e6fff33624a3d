package io.vfiouser.nvme.migration;

import io.vfiouser.nvme.migration.DoorbellBufferState.ShadowDoorbellState;

/** The buffers of Doorbell Buffer Config. */
final class DoorbellBufferCodec {
    /** Two of each of 65,536 queue pairs. */
    static final int MOST_DOORBELLS = 2 << 16;

    private static final int DOORBELL_BYTES = 13;

    private DoorbellBufferCodec() {}

    static void write(FieldWriter out, DoorbellBufferState buffers) {
        out.u64(buffers.shadowBase());
        out.u64(buffers.eventBase());
        out.list(buffers.doorbells(), MOST_DOORBELLS, doorbell -> {
            out.u32(doorbell.index());
            out.u32(doorbell.untouched());
            out.flag(doorbell.followed());
            out.u32(doorbell.eventIndex());
        });
    }

    static DoorbellBufferState read(FieldReader in) {
        return new DoorbellBufferState(
                in.u64(),
                in.u64(),
                in.list(
                        MOST_DOORBELLS,
                        DOORBELL_BYTES,
                        d -> new ShadowDoorbellState(d.u32(), d.u32(), d.flag(), d.u32())));
    }
}
