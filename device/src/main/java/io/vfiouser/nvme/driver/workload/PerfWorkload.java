package io.vfiouser.nvme.driver.workload;

import io.vfiouser.nvme.driver.DmaBuffer;
import io.vfiouser.nvme.driver.NamespaceInfo;
import io.vfiouser.nvme.driver.NvmeDriver;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/** Runs a {@link PerfSettings closed-loop load} on all I/O queues of a driver, one thread for each. */
public final class PerfWorkload {

    private PerfWorkload() {}

    /**
     * Runs the load to its end.
     *
     * @param progress told in nanoseconds
     * @throws io.vfiouser.nvme.driver.NvmeDriverException if a command fails or the server is gone
     */
    public static PerfReport run(NvmeDriver driver, NamespaceInfo namespace, PerfSettings settings, Progress progress) {
        check(driver, namespace, settings);
        long slotsBytes = (long) driver.ioQueue(0).depth() * settings.transferBytes();
        long start = System.nanoTime();
        long countFrom = start + settings.warmUp().toNanos();
        long end = countFrom + settings.duration().toNanos();
        Workers workers = new Workers(driver.threads());
        List<PerfWorker> tasks = new ArrayList<>();
        try (DmaBuffer buffer = driver.allocate(driver.ioQueueCount() * slotsBytes)) {
            for (int i = 0; i < driver.ioQueueCount(); i++) {
                tasks.add(new PerfWorker(
                        workers, driver, i, namespace, settings, buffer, i * slotsBytes, countFrom, end));
            }
            workers.run("io", tasks, () -> System.nanoTime() - start, end - start, progress);
        }
        Histogram reads = PerfWorker.newHistogram();
        Histogram writes = PerfWorker.newHistogram();
        for (PerfWorker task : tasks) {
            reads.add(task.reads());
            writes.add(task.writes());
        }
        return new PerfReport(end - countFrom, settings.transferBytes(), reads, writes);
    }

    private static void check(NvmeDriver driver, NamespaceInfo namespace, PerfSettings settings) {
        int transfer = settings.transferBytes();
        if (transfer <= 0 || transfer % namespace.blockBytes() != 0) {
            throw new IllegalArgumentException(
                    "a transfer of " + transfer + " bytes is not a multiple of the blocks of " + namespace.blockBytes()
                            + " bytes that namespace " + namespace.id() + " has");
        }
        if (transfer > driver.maximumTransferBytes()) {
            throw new IllegalArgumentException("a transfer of " + transfer
                    + " bytes is more than the controller takes: " + driver.maximumTransferBytes());
        }
        long perQueue = Math.min(settings.spanBytes(), namespace.lengthBytes()) / driver.ioQueueCount();
        if (perQueue < transfer) {
            throw new IllegalArgumentException("namespace " + namespace.id() + " has " + namespace.lengthBytes()
                    + " bytes: too few for " + driver.ioQueueCount() + " queues with transfers of " + transfer);
        }
    }
}
