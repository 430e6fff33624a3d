package io.vfiouser.nvme.driver.workload;

/** Told now and then how far a run has come; on the thread that started the run. */
@FunctionalInterface
public interface Progress {

    /** {@code done} of {@code total}, in units that the run documents. */
    void at(long done, long total);

    /** Nobody is told. */
    static Progress none() {
        return (done, total) -> {};
    }
}
