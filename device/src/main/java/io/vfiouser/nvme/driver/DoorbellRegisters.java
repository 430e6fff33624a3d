package io.vfiouser.nvme.driver;

/** What a queue pair needs of the controller's registers. */
interface DoorbellRegisters {

    /** BAR0 offset of a queue's Submission Queue Tail Doorbell. */
    long submissionDoorbell(int queueId);

    /** BAR0 offset of a queue's Completion Queue Head Doorbell. */
    long completionDoorbell(int queueId);

    /** Stores a doorbell after everything the calling thread wrote before. */
    void ring(long offset, int value);

    /** For messages of failures: begins with "; ". */
    String describeStatus();
}
