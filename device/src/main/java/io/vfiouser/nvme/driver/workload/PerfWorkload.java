package io.vfiouser.nvme.driver.workload;

import io.vfiouser.nvme.driver.DmaBuffer;
import io.vfiouser.nvme.driver.NamespaceInfo;
import io.vfiouser.nvme.driver.NvmeDriver;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/** Runs a {@link PerfSettings load} on all I/O queues of a driver: in as many threads as there are processors, or one for each queue if it sleeps. */
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
        boolean scattered = settings.scatterBytes() > 0;
        long slotsBytes = scattered ? 0 : (long) driver.ioQueue(0).depth() * settings.transferBytes();
        long start = System.nanoTime();
        long countFrom = start + settings.warmUp().toNanos();
        long end = countFrom + settings.duration().toNanos();
        Workers workers = new Workers(driver.threads(), settings.sleep());
        List<PerfTransfers> queues = new ArrayList<>();
        List<PacedPerfWorker> paced = new ArrayList<>();
        List<QueueTask> tasks = new ArrayList<>();
        try (DmaBuffer buffer =
                driver.allocate(scattered ? settings.scatterBytes() : driver.ioQueueCount() * slotsBytes)) {
            for (int i = 0; i < driver.ioQueueCount(); i++) {
                PerfTransfers transfers = new PerfTransfers(driver, i, namespace, settings, buffer, i * slotsBytes);
                queues.add(transfers);
                if (settings.openLoop()) {
                    double apart = 1e9 / settings.commandsPerSecond();
                    // the queues take turns
                    PacedPerfWorker worker = new PacedPerfWorker(
                            workers,
                            transfers,
                            apart * driver.ioQueueCount(),
                            start + (long) (i * apart),
                            countFrom,
                            end);
                    paced.add(worker);
                    tasks.add(worker);
                } else {
                    tasks.add(new PerfWorker(workers, transfers, settings.sleep(), countFrom, end));
                }
            }
            workers.run("io", tasks, () -> System.nanoTime() - start, end - start, progress);
        }
        Histogram reads = PerfTransfers.newHistogram();
        Histogram writes = PerfTransfers.newHistogram();
        for (PerfTransfers each : queues) {
            reads.add(each.reads());
            writes.add(each.writes());
        }
        long missed = paced.stream().mapToLong(PacedPerfWorker::missed).sum();
        return new PerfReport(end - countFrom, settings.transferBytes(), reads, writes, missed);
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
