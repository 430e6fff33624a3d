package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.spec.FeatureId;
import io.vfiouser.nvme.spec.LittleEndian;
import java.lang.foreign.MemorySegment;

/**
 * Timestamp. Base 2.1, section 5.1.25.1: 48 bits of milliseconds, which go on from what the host set, or from the last reset.
 * The clock never stands still, so the Synch attribute is 0.
 */
final class TimestampFeature implements Feature {
    private static final int LENGTH_BYTES = 8;
    private static final int ATTRIBUTES = 6;
    /** Timestamp Origin, bits 3:1 of the attributes: set by a Set Features command. */
    private static final int ORIGIN_SET_FEATURES = 1 << 1;

    private static final long MILLIS_MASK = 0xFFFF_FFFF_FFFFL;

    @Override
    public int id() {
        return FeatureId.TIMESTAMP;
    }

    @Override
    public boolean saveable() {
        return false;
    }

    /** A clock is what keeps it. */
    @Override
    public boolean kept() {
        return false;
    }

    @Override
    public int dataBytes(int cdw11) {
        return LENGTH_BYTES;
    }

    @Override
    public FeatureValue defaultValue(int part, AdminContext controller) {
        return FeatureValue.zeroes(LENGTH_BYTES);
    }

    @Override
    public FeatureValue shown(FeatureValue kept, AdminContext controller) {
        TimestampClock clock = controller.timestamp();
        MemorySegment data = MemorySegment.ofArray(new byte[LENGTH_BYTES]);
        LittleEndian.putU64(data, 0, clock.millis(controller.nowMillis()) & MILLIS_MASK);
        LittleEndian.putU8(data, ATTRIBUTES, clock.setByHost() ? ORIGIN_SET_FEATURES : 0);
        return FeatureValue.of(data);
    }

    @Override
    public int set(AdminRequest request, FeatureValue value, Runnable keep, AdminContext controller) {
        controller.timestamp().set(LittleEndian.i64(value.bytes(), 0) & MILLIS_MASK, controller.nowMillis());
        return CommandStatus.SUCCESS;
    }
}
