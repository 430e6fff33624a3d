package io.vfiouser.nvme.cli.migrate;

/**
 * One copy of what was written meanwhile: of the guest's memory and of the device's stream, of which either may be nothing.
 *
 * @param last whether the guest stood still
 * @param startNanos since the run began
 * @param endNanos since the run began
 * @param memoryBytes copied from one guest memory to the other, in whole pages
 * @param deviceBytes read from the source's stream
 */
public record Round(boolean last, long startNanos, long endNanos, long memoryBytes, long deviceBytes) {
    /** How long it took. */
    public long nanos() {
        return endNanos - startNanos;
    }
}
