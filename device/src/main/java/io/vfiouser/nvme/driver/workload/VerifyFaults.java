package io.vfiouser.nvme.driver.workload;

/**
 * What a verified load has found to be wrong.
 *
 * @param lost a command was not completed in time; the run ended with it
 * @param unaskedFor a completion came twice, or for no command, or made no sense; the run ended with it
 * @param corruptBlocks blocks that did not hold what they have to
 */
public record VerifyFaults(boolean lost, boolean unaskedFor, long corruptBlocks) {

    public boolean none() {
        return !lost && !unaskedFor && corruptBlocks == 0;
    }
}
