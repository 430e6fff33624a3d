package io.vfiouser.nvme.migration;

/**
 * A command to be executed again. Only such as may be executed twice without harm: Read, Write, Flush, Write Zeroes, Dataset Management,
 * Verify.
 *
 * @param submissionQueueId the I/O submission queue it was fetched from
 * @param entry its 64-byte submission entry, since the host may have reused the slot
 */
public record CommandState(int submissionQueueId, Bytes entry) {}
