package io.vfiouser.nvme;

/** How a guest's doorbells reach the controller. */
public enum DoorbellMode {
    /** The guest stores into shared memory, and the controller polls that. Needs no message, so nothing can wake a sleeper. */
    MAPPED,
    /** Each doorbell is a message. Slower by far for the guest, but costs nothing when it is idle. */
    TRAPPED
}
