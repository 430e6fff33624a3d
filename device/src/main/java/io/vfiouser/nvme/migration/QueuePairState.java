package io.vfiouser.nvme.migration;

/** The admin queue: both have identifier 0. */
public record QueuePairState(SubmissionQueueState submission, CompletionQueueState completion) {}
