package io.vfiouser.nvme.driver.workload;

import io.vfiouser.nvme.driver.DmaBuffer;
import io.vfiouser.nvme.driver.NamespaceInfo;
import io.vfiouser.nvme.driver.NvmeDriver;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Runs a {@link VerifySettings verified load} on all I/O queues of a driver, one thread for each. */
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
        int units = units(driver, namespace, settings);
        int unitBlocks = settings.transferBytes() / namespace.blockBytes();
        Path path = settings.journal().orElse(null);
        try (FlushJournal journal =
                path == null ? null : FlushJournal.create(path, settings.run(), namespace, unitBlocks, units)) {
            return run(driver, namespace, settings, units, journal, progress);
        }
    }

    private static VerifyReport run(
            NvmeDriver driver,
            NamespaceInfo namespace,
            VerifySettings settings,
            int units,
            @Nullable FlushJournal journal,
            Progress progress) {
        long start = System.nanoTime();
        long duration = settings.duration().toNanos();
        Workers workers = new Workers();
        MismatchLog mismatches = new MismatchLog();
        List<VerifyWorker> tasks = new ArrayList<>();
        int queues = driver.ioQueueCount();
        long bytesPerQueue = (long) driver.ioQueue(0).depth() * settings.transferBytes();
        try (DmaBuffer buffer = driver.allocate(queues * bytesPerQueue)) {
            for (int i = 0; i < queues; i++) {
                UnitShare share = new UnitShare(i, queues, units);
                TransferSlots slots = new TransferSlots(
                        driver.ioQueue(i),
                        namespace,
                        settings.transferBytes(),
                        settings.run(),
                        buffer,
                        i * bytesPerQueue);
                tasks.add(new VerifyWorker(workers, slots, share, settings, journal, mismatches, start + duration));
            }
            workers.run("verify", tasks, () -> Math.min(duration, System.nanoTime() - start), duration, progress);
        }
        return new VerifyReport(
                System.nanoTime() - start,
                settings.transferBytes(),
                tasks.stream().mapToLong(VerifyWorker::writes).sum(),
                tasks.stream().mapToLong(VerifyWorker::reads).sum(),
                tasks.stream().mapToLong(VerifyWorker::flushes).sum(),
                tasks.stream().mapToLong(VerifyWorker::unitsChecked).sum(),
                mismatches.count(),
                mismatches.first());
    }

    private static int units(NvmeDriver driver, NamespaceInfo namespace, VerifySettings settings) {
        int transfer = settings.transferBytes();
        if (transfer <= 0 || transfer % namespace.blockBytes() != 0 || transfer > driver.maximumTransferBytes()) {
            throw new IllegalArgumentException("a transfer of " + transfer + " bytes: not whole blocks of "
                    + namespace.blockBytes() + " bytes, or more than the controller takes at once ("
                    + driver.maximumTransferBytes() + ")");
        }
        long units = Math.min(settings.spanBytes(), namespace.lengthBytes()) / transfer;
        if (units > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException(
                    units + " units cannot be kept track of: use larger transfers or a smaller span");
        }
        if (units < driver.ioQueueCount()) {
            throw new IllegalArgumentException("namespace " + namespace.id() + " has room for " + units
                    + " transfers of " + transfer + " bytes, fewer than there are queues");
        }
        return (int) units;
    }
}
