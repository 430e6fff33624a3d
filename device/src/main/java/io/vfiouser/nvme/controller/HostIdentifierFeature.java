package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.spec.FeatureId;
import io.vfiouser.nvme.spec.HostIdentifier;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import java.lang.foreign.MemorySegment;

/**
 * Host Identifier. Base 2.1, section 5.1.25.1: 64 or 128 bits, 0 after a reset. One that was set stays until the next reset; another is
 * a Command Sequence Error.
 */
final class HostIdentifierFeature implements Feature {
    @Override
    public int id() {
        return FeatureId.HOST_IDENTIFIER;
    }

    @Override
    public boolean saveable() {
        return false;
    }

    @Override
    public int dataBytes(int cdw11) {
        return extended(cdw11) ? HostIdentifier.EXTENDED_LENGTH_BYTES : HostIdentifier.LENGTH_BYTES;
    }

    /** An extended identifier is not given to who asks for a shorter one. */
    @Override
    public int checkPart(int cdw11, boolean set, AdminContext controller) {
        FeatureValue current = controller.features().current(this, 0, 0);
        MemorySegment beyond = current.bytes().asSlice(HostIdentifier.LENGTH_BYTES);
        boolean fits = set || extended(cdw11) || FeatureValue.of(beyond).isZero();
        return fits
                ? CommandStatus.SUCCESS
                : CommandStatus.of(StatusCode.HOST_IDENTIFIER_INCONSISTENT_FORMAT, SubmissionEntry.CDW11);
    }

    @Override
    public FeatureValue defaultValue(int part, AdminContext controller) {
        return FeatureValue.zeroes(HostIdentifier.EXTENDED_LENGTH_BYTES);
    }

    @Override
    public int check(FeatureValue value, AdminContext controller) {
        FeatureValue current = controller.features().current(this, 0, 0);
        return current.isZero() || current.sameAs(kept(value))
                ? CommandStatus.SUCCESS
                : CommandStatus.of(StatusCode.COMMAND_SEQUENCE_ERROR);
    }

    /** The short form is the beginning of the long one. */
    @Override
    public FeatureValue kept(FeatureValue value) {
        MemorySegment kept = MemorySegment.ofArray(new byte[HostIdentifier.EXTENDED_LENGTH_BYTES]);
        kept.copyFrom(value.bytes());
        return FeatureValue.of(kept);
    }

    private static boolean extended(int cdw11) {
        return (cdw11 & HostIdentifier.EXHID) != 0;
    }
}
