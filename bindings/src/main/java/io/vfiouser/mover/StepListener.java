package io.vfiouser.mover;

/**
 * Told of a move while it goes on, on its thread; for progress, and for tests that break something at a certain point. What a method throws up
 * to {@link MoveStep#COMMIT} makes the move fail there; later it is only logged.
 */
public interface StepListener {
    /** Nobody wants to know. */
    StepListener NONE = new StepListener() {};

    /** A step begins. */
    default void before(MoveStep step) {}

    /** A step is done. */
    default void after(MoveStep step) {}

    /**
     * A piece of memory or of the stream is going to be copied.
     *
     * @param bytes how long it is; for the stream, how long at most
     */
    default void beforeChunk(MoveStep step, long bytes) {}

    /** Memory was copied once more. */
    default void round(MoveReport.MemoryRound round) {}

    /** The stream was read once more. */
    default void pass(MoveReport.StreamPass pass) {}
}
