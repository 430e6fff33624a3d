package io.vfiouser.mover;

/** The steps of a move, in their order. */
public enum MoveStep {
    /** The destination is connected and told of its memory, and the guest prepares for it. */
    CONNECT,
    /** The guest is paused for a moment, and what it and the device write is logged from now on. */
    LOG_START,
    /** The source goes to PRE_COPY; left out without pre-copy. */
    PRE_COPY,
    /** The destination goes to RESUMING. */
    RESUMING,
    /** All memory is copied once, the guest running; left out without pre-copy. */
    FIRST_COPY,
    /** State and memory that changed is copied again and again, the guest running; left out without pre-copy. */
    PASSES,
    /** The guest is paused: the blackout begins. */
    PAUSE,
    /** The source goes to STOP_COPY. */
    STOP_COPY,
    /** The state is copied to its end. */
    LAST_STREAM,
    /** The memory that changed last is copied. */
    LAST_MEMORY,
    /** The destination checks what it got: RESUMING to STOP; nothing happens where the protocol is version 1. */
    VALIDATE,
    /** The source goes to STOP, and has let go. */
    COMMIT,
    /** The destination goes to RUNNING. */
    TAKE_OVER,
    /** The guest's memory and accesses turn to the destination. */
    SWITCH,
    /** The guest goes on: the blackout ends. */
    RESUME,
    /** The source is disconnected, and its memory made useless. */
    RETIRE,
    /** The source goes back to RUNNING, and the guest goes on there. */
    ROLL_BACK
}
