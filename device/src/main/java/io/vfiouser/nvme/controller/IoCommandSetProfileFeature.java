package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.spec.FeatureId;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;

/**
 * I/O Command Set Profile. Base 2.1, section 5.1.25.1. There is one combination, the NVM command set alone: entry 0 of Identify's
 * list. It is that after a reset too, so nothing is to be saved.
 */
final class IoCommandSetProfileFeature implements Feature {
    /** IOCSCI, bits 8:0. */
    private static final int INDEX_MASK = 0x1FF;

    @Override
    public int id() {
        return FeatureId.IO_COMMAND_SET_PROFILE;
    }

    @Override
    public boolean saveable() {
        return false;
    }

    @Override
    public FeatureValue defaultValue(int part, AdminContext controller) {
        return FeatureValue.of(0);
    }

    @Override
    public int check(FeatureValue value, AdminContext controller) {
        return (value.dword() & INDEX_MASK) != 0
                ? CommandStatus.of(StatusCode.IO_COMMAND_SET_COMBINATION_REJECTED, SubmissionEntry.CDW11)
                : CommandStatus.SUCCESS;
    }

    @Override
    public FeatureValue kept(FeatureValue value) {
        return FeatureValue.of(value.dword() & INDEX_MASK);
    }
}
