package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.spec.FeatureId;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;

/** Number of Queues. Base 2.1, section 5.1.25.1. All queues that there are are allocated, whatever the host asks for. */
final class NumberOfQueuesFeature implements Feature {
    /** A count that would be one too many, 0's based. */
    private static final int RESERVED = 0xFFFF;

    @Override
    public int id() {
        return FeatureId.NUMBER_OF_QUEUES;
    }

    @Override
    public boolean saveable() {
        return false;
    }

    @Override
    public boolean kept() {
        return false;
    }

    /** NCQA and NSQA, 0's based. */
    @Override
    public FeatureValue defaultValue(int part, AdminContext controller) {
        int last = controller.options().queuePairs() - 1;
        return FeatureValue.of(last | last << 16);
    }

    @Override
    public int check(FeatureValue value, AdminContext controller) {
        if ((value.dword() & 0xFFFF) == RESERVED) {
            return CommandStatus.of(StatusCode.INVALID_FIELD, SubmissionEntry.CDW11);
        }
        if (value.dword() >>> 16 == RESERVED) {
            return CommandStatus.of(StatusCode.INVALID_FIELD, SubmissionEntry.CDW11 + 2);
        }
        return controller.ioQueues().any()
                ? CommandStatus.of(StatusCode.COMMAND_SEQUENCE_ERROR)
                : CommandStatus.SUCCESS;
    }

    @Override
    public int set(AdminRequest request, FeatureValue value, Runnable keep, AdminContext controller) {
        request.result(defaultValue(0, controller).dword());
        return CommandStatus.SUCCESS;
    }
}
