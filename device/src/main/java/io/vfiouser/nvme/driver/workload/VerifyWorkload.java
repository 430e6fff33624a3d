package io.vfiouser.nvme.driver.workload;

import io.vfiouser.nvme.driver.NamespaceInfo;
import io.vfiouser.nvme.driver.NvmeDriver;

/** Runs a {@link VerifySettings verified load} on all I/O queues of a driver for as long as its settings say. */
public final class VerifyWorkload {

    private VerifyWorkload() {}

    /**
     * Runs to its end. A mismatch does not stop it: the report counts them.
     *
     * @param progress told in nanoseconds of the random part
     * @throws io.vfiouser.nvme.driver.NvmeDriverException if a command fails or the server is gone; the journal then holds what
     *     was flushed until then
     */
    public static VerifyReport run(
            NvmeDriver driver, NamespaceInfo namespace, VerifySettings settings, Progress progress) {
        long duration = settings.duration().toNanos();
        long end = System.nanoTime() + duration;
        try (VerifyRun run = VerifyRun.start(driver, namespace, settings, () -> System.nanoTime() - end < 0)) {
            return run.await(duration, progress);
        }
    }
}
