package io.vfiouser.nvme.controller;

import org.jspecify.annotations.Nullable;

/** What a controller consists of, for those who look at all of it. Control thread only. */
record ControllerParts(
        SharedState shared,
        PollerGroup group,
        IoQueues ioQueues,
        Registers registers,
        SubsystemShare share,
        AdminContext context,
        AdminAgent admin,
        Lifecycle lifecycle) {
    /** The submission queue of an identifier, 0 for the admin queue, or null. */
    @Nullable
    SubmissionQueue submissionQueue(int queueId) {
        return queueId == 0 ? admin.queue().orElse(null) : ioQueues.submissionQueue(queueId);
    }

    /** The completion queue of an identifier, 0 for the admin queue, or null. */
    @Nullable
    CompletionQueue completionQueue(int queueId) {
        return queueId == 0
                ? admin.queue().map(SubmissionQueue::completionQueue).orElse(null)
                : ioQueues.completionQueue(queueId);
    }
}
