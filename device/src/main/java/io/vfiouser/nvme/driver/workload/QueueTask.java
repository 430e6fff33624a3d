package io.vfiouser.nvme.driver.workload;

/** What a load does on one queue, in steps that do not hold up the other queues of the thread that takes them. */
interface QueueTask {

    /**
     * Submits what is to be submitted and takes what has completed. Waits at most for an interrupt, and only if the load sleeps: then the
     * thread has no other queue.
     *
     * @return how many commands completed
     */
    int step();

    /** Whether there is nothing more to do. */
    boolean ended();
}
