package io.vfiouser.nvme.migration;

/**
 * A completion that was not posted yet, for lack of room.
 *
 * @param submissionQueueId the queue of its command, 0 for the admin queue
 * @param commandId CID
 * @param statusField the status without the phase tag
 * @param result DW0 in the low half, DW1 in the high half
 */
public record CompletionState(int submissionQueueId, int commandId, int statusField, long result) {}
