package io.vfiouser.nvme.controller;

/** Where a controller's interrupts go. */
@FunctionalInterface
public interface InterruptSink {
    /** A controller that only polling hosts use. */
    InterruptSink NONE = vector -> {};

    /** Raises an MSI-X vector. Called on any poller's thread and on the control thread; must not block or allocate. */
    void raise(int vector);
}
