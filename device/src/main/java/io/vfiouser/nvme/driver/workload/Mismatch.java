package io.vfiouser.nvme.driver.workload;

/**
 * A block that did not hold what it has to.
 *
 * @param namespaceId where
 * @param lba where
 * @param expected for people
 * @param found for people
 */
public record Mismatch(int namespaceId, long lba, String expected, String found) {

    @Override
    public String toString() {
        return "namespace " + namespaceId + ", LBA " + lba + ": expected " + expected + ", found " + found;
    }
}
