package io.vfiouser.nvme.migration;

/**
 * A completion queue. Base 2.1, section 3.3.1; as in NVMe's own Controller State, section 8.1.12.
 *
 * @param id queue identifier
 * @param base guest address of its first entry
 * @param entries size, 2 to 65,536
 * @param contiguous PC, which this controller requires
 * @param interruptsEnabled IEN
 * @param vector interrupt vector
 * @param head index of the first entry that the host has not consumed
 * @param tail index of the next entry to post
 * @param phase the phase tag of the next entry to post
 */
public record CompletionQueueState(
        int id,
        long base,
        int entries,
        boolean contiguous,
        boolean interruptsEnabled,
        int vector,
        int head,
        int tail,
        boolean phase) {
    /** Whether there are completions that the host has not consumed. */
    public boolean unconsumed() {
        return head != tail;
    }
}
