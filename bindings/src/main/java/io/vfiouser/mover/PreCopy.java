package io.vfiouser.mover;

/** What is copied while the guest runs. */
public enum PreCopy {
    /** Nothing: the guest stands still for the whole move. */
    NONE,
    /** Guest memory. */
    MEMORY,
    /** Guest memory, and as much of the device's state as it gives out while it runs. */
    MEMORY_AND_STATE
}
