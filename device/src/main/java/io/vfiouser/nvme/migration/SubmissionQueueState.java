package io.vfiouser.nvme.migration;

import java.util.List;

/**
 * A submission queue. Base 2.1, section 3.3.1; the first eight as in NVMe's own Controller State, section 8.1.12.
 *
 * @param id queue identifier
 * @param base guest address of its first entry
 * @param entries size, 2 to 65,536
 * @param contiguous PC, which this controller requires
 * @param priority QPRIO
 * @param completionQueueId where its completions go
 * @param head index of the next entry to fetch
 * @param tail index behind the last entry that the host has announced; entries up to it are to be fetched
 * @param abortedEntries indexes of entries not yet fetched whose command an Abort named, ascending
 */
public record SubmissionQueueState(
        int id,
        long base,
        int entries,
        boolean contiguous,
        int priority,
        int completionQueueId,
        int head,
        int tail,
        List<Integer> abortedEntries) {
    public SubmissionQueueState {
        abortedEntries = List.copyOf(abortedEntries);
    }
}
