package io.vfiouser.nvme.cli.migrate;

import java.util.List;

/**
 * What the workload compared.
 *
 * @param writes that completed
 * @param reads that completed and were compared
 * @param flushes that completed
 * @param unitsChecked pieces read and compared in the end
 * @param faultCount data that differ, completions lost, doubled or of commands unknown
 * @param faults the first of them, in words
 */
public record Verification(
        long writes, long reads, long flushes, long unitsChecked, long faultCount, List<String> faults) {
    public Verification {
        faults = List.copyOf(faults);
    }

    /** Whether everything held. */
    public boolean intact() {
        return faultCount == 0;
    }
}
