package io.vfiouser.nvme;

/** What can happen next in the small model; {@link ModelWorld#happen} says exactly what each does. */
enum ModelEvent {
    /** A plain pause, as for a DMA unmap, begins; or the one that is on ends. */
    QUIESCE,
    /** The host consumes what has completed, submits one more command, and rings. */
    DOORBELL,
    /** The host submits until its completion queue is full, and consumes nothing. */
    FULL_CQ,
    /** The client of the destination of the move goes away; if nothing moves, that of the guest. */
    DISCONNECT,
    /** A device reset: of the guest's device, or of the destination once the source has let go. */
    RESET,
    /** The next step of a move. */
    TRANSITION,
    /** The move is called off. */
    CANCEL
}
