package io.vfiouser.nvme.driver.workload;

import java.util.List;

/**
 * What a verified run or a check of a journal found.
 *
 * @param nanos it took
 * @param transferBytes of each read and write
 * @param writes that completed
 * @param reads that completed and were compared
 * @param flushes that completed
 * @param unitsChecked units that were read and compared in the last pass
 * @param mismatchCount blocks that did not hold what they have to
 * @param mismatches the first of them
 */
public record VerifyReport(
        long nanos,
        int transferBytes,
        long writes,
        long reads,
        long flushes,
        long unitsChecked,
        long mismatchCount,
        List<Mismatch> mismatches) {

    public VerifyReport {
        mismatches = List.copyOf(mismatches);
    }

    public boolean intact() {
        return mismatchCount == 0;
    }
}
