package io.vfiouser.nvme;

/** What a poller does while there is nothing to do. */
public enum PollMode {
    /** Polls on: lowest latency, one processor always busy while the guest has I/O queues. */
    BUSY,
    /** Polls on for 100 µs, then sleeps for 50 µs up to 1 ms at a time: at most that, and the kernel's timer slack, is added. */
    ADAPTIVE,
    /** Sleeps until a doorbell or a back end wakes it. Only with {@link DoorbellMode#TRAPPED}. */
    EVENT
}
