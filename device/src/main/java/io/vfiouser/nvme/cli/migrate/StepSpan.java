package io.vfiouser.nvme.cli.migrate;

/**
 * A step of a move.
 *
 * @param phase what it belongs to
 * @param step what was done, in words
 * @param startNanos since the run began
 * @param endNanos since the run began
 * @param completed whether it succeeded
 */
public record StepSpan(Phase phase, String step, long startNanos, long endNanos, boolean completed) {
    /** How long it took. */
    public long nanos() {
        return endNanos - startNanos;
    }
}
