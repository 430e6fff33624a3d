package io.vfiouser.mover;

/** How a move ended. */
public sealed interface MoveOutcome {
    /** Device and guest are at the destination. */
    record Moved() implements MoveOutcome {}

    /**
     * Device and guest are at the source, as if nothing had been asked.
     *
     * @param step what was being done
     * @param cause what went wrong; a {@link java.util.concurrent.CancellationException} if the move was cancelled
     */
    record RolledBack(MoveStep step, Throwable cause) implements MoveOutcome {
        /** Whether somebody wanted it so. */
        public boolean cancelled() {
            return cause instanceof java.util.concurrent.CancellationException;
        }
    }

    /**
     * Device and guest are at the source, since memory or state change faster than they can be copied.
     *
     * @param explanation how far it got, in a sentence
     */
    record NotConverging(String explanation) implements MoveOutcome {}

    /**
     * The device does not work at the source, and does not work, or is not known to work, at the destination.
     *
     * @param step what was being done
     * @param explanation what is known of both sides and what can be done, in sentences
     * @param cause what went wrong
     */
    record Lost(MoveStep step, String explanation, Throwable cause) implements MoveOutcome {}
}
