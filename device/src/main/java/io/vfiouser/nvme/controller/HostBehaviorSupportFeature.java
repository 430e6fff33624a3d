package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.spec.FeatureId;
import io.vfiouser.nvme.spec.HostBehaviorSupport;
import io.vfiouser.nvme.spec.LittleEndian;
import io.vfiouser.nvme.spec.StatusCode;
import java.lang.foreign.MemorySegment;

/**
 * Host Behavior Support. Base 2.1, section 5.1.25.1. What the host says of itself is kept; what it would enable in a controller that
 * has it cannot be enabled here.
 */
final class HostBehaviorSupportFeature implements Feature {
    @Override
    public int id() {
        return FeatureId.HOST_BEHAVIOR_SUPPORT;
    }

    @Override
    public boolean saveable() {
        return false;
    }

    @Override
    public int dataBytes(int cdw11) {
        return HostBehaviorSupport.LENGTH_BYTES;
    }

    @Override
    public FeatureValue defaultValue(int part, AdminContext controller) {
        return FeatureValue.zeroes(HostBehaviorSupport.LENGTH_BYTES);
    }

    /** The fields lie in the data, so no place in the command is to blame. */
    @Override
    public int check(FeatureValue value, AdminContext controller) {
        HostBehaviorSupport wanted = new HostBehaviorSupport(value.bytes());
        boolean possible = wanted.u8(HostBehaviorSupport.ACRE) <= HostBehaviorSupport.ENABLED
                && wanted.u8(HostBehaviorSupport.ETDAS) <= HostBehaviorSupport.ENABLED
                && wanted.u8(HostBehaviorSupport.LBAFEE) == 0
                && wanted.u8(HostBehaviorSupport.HDISNS) == 0
                && wanted.copyDescriptorFormats() == 0;
        return possible ? CommandStatus.SUCCESS : CommandStatus.of(StatusCode.INVALID_FIELD);
    }

    @Override
    public FeatureValue kept(FeatureValue value) {
        HostBehaviorSupport wanted = new HostBehaviorSupport(value.bytes());
        MemorySegment kept = MemorySegment.ofArray(new byte[HostBehaviorSupport.LENGTH_BYTES]);
        LittleEndian.putU8(kept, HostBehaviorSupport.ACRE, wanted.u8(HostBehaviorSupport.ACRE));
        LittleEndian.putU8(kept, HostBehaviorSupport.ETDAS, wanted.u8(HostBehaviorSupport.ETDAS));
        return FeatureValue.of(kept);
    }
}
