package io.vfiouser.nvme.cli.migrate;

/**
 * A phase of a move.
 *
 * @param startNanos since the run began
 * @param endNanos since the run began
 */
public record PhaseSpan(Phase phase, long startNanos, long endNanos) {
    /** How long it took. */
    public long nanos() {
        return endNanos - startNanos;
    }
}
