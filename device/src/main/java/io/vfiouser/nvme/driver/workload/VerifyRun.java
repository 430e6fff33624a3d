package io.vfiouser.nvme.driver.workload;

import io.vfiouser.nvme.driver.DmaBuffer;
import io.vfiouser.nvme.driver.NamespaceInfo;
import io.vfiouser.nvme.driver.NvmeDriver;
import io.vfiouser.nvme.driver.NvmeProtocolException;
import io.vfiouser.nvme.driver.NvmeTimeoutException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A {@link VerifySettings verified load} that runs by itself, one thread for each I/O queue of a driver, until it is stopped: the device
 * may move meanwhile. It fails as soon as a command is lost or a completion was not asked for; what is corrupt is counted. Any thread;
 * nobody else may use the I/O queues.
 */
public final class VerifyRun implements AutoCloseable {

    private final Workers workers;
    private final MismatchLog mismatches = new MismatchLog();
    private final List<VerifyWorker> tasks = new ArrayList<>();
    private final MoveTimeline timeline;
    private final VerifySettings settings;
    private final DmaBuffer buffer;
    private final @Nullable FlushJournal journal;
    private final long start = System.nanoTime();
    private volatile boolean stopAsked;

    private VerifyRun(
            NvmeDriver driver, NamespaceInfo namespace, VerifySettings settings, BooleanSupplier goOn, int units) {
        this.settings = settings;
        this.workers = new Workers(driver.threads());
        int queues = driver.ioQueueCount();
        long bytesPerQueue = (long) driver.ioQueue(0).depth() * settings.transferBytes();
        buffer = driver.allocate(queues * bytesPerQueue);
        journal = openJournal(settings, namespace, units, buffer);
        BooleanSupplier wanted = () -> !stopAsked && goOn.getAsBoolean();
        List<WorkerTimeline> timelines = new ArrayList<>();
        for (int i = 0; i < queues; i++) {
            settings.commandTimeout().ifPresent(driver.ioQueue(i)::timeout);
            TransferSlots slots = new TransferSlots(
                    driver.ioQueue(i), namespace, settings.transferBytes(), settings.run(), buffer, i * bytesPerQueue);
            WorkerTimeline times = new WorkerTimeline(driver.threads(), start);
            timelines.add(times);
            UnitShare share = new UnitShare(i, queues, units);
            tasks.add(new VerifyWorker(workers, slots, share, settings, journal, mismatches, times, wanted));
        }
        timeline = new MoveTimeline(Instant.now(), start, timelines);
    }

    private static @Nullable FlushJournal openJournal(
            VerifySettings settings, NamespaceInfo namespace, int units, DmaBuffer buffer) {
        Path path = settings.journal().orElse(null);
        if (path == null) {
            return null;
        }
        try {
            int unitBlocks = settings.transferBytes() / namespace.blockBytes();
            return FlushJournal.create(path, settings.run(), namespace, unitBlocks, units);
        } catch (RuntimeException e) {
            buffer.close();
            throw e;
        }
    }

    /**
     * Begins; {@link VerifySettings#duration} is of no importance.
     *
     * @throws IllegalArgumentException if the settings do not fit the namespace
     */
    public static VerifyRun start(NvmeDriver driver, NamespaceInfo namespace, VerifySettings settings) {
        return start(driver, namespace, settings, () -> true);
    }

    static VerifyRun start(NvmeDriver driver, NamespaceInfo namespace, VerifySettings settings, BooleanSupplier goOn) {
        int units = units(driver, namespace, settings);
        VerifyRun run = new VerifyRun(driver, namespace, settings, goOn, units);
        run.workers.start("verify", run.tasks);
        return run;
    }

    /** Asks it to come to its end: commands in flight complete, everything that was written is read back. */
    public void stop() {
        stopAsked = true;
    }

    /** Why it ended before it was asked to, if it did. */
    public Optional<Throwable> failure() {
        return workers.failure();
    }

    /** What went wrong so far, by kind. */
    public VerifyFaults faults() {
        Throwable failed = workers.failure().orElse(null);
        return new VerifyFaults(
                failed instanceof NvmeTimeoutException, failed instanceof NvmeProtocolException, mismatches.count());
    }

    /** Blocks so far that did not hold what they have to. */
    public long mismatchCount() {
        return mismatches.count();
    }

    /** How it went over time, up to now. */
    public MoveTimeline timeline() {
        return timeline;
    }

    /** Commands that completed so far. */
    public long completions() {
        return tasks.stream().mapToLong(VerifyWorker::completions).sum();
    }

    /**
     * Waits for the end, which comes only after {@link #stop} or a failure.
     *
     * @throws io.vfiouser.nvme.driver.NvmeTimeoutException if a command was lost: it names queue and command
     * @throws io.vfiouser.nvme.driver.NvmeProtocolException if a completion came twice or was invented
     * @throws io.vfiouser.nvme.driver.NvmeDriverException if a command failed or the server is gone; the journal then holds what
     *     was flushed until then
     */
    public VerifyReport await() {
        return await(Long.MAX_VALUE, Progress.none());
    }

    /** {@code progress} is told in nanoseconds, of {@code total} in all. */
    VerifyReport await(long total, Progress progress) {
        workers.await(() -> Math.min(total, System.nanoTime() - start), total, progress);
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

    /** Ends it without reading anything back, if it still runs, and gives its memory back. */
    @Override
    public void close() {
        workers.abandon();
        buffer.close();
        if (journal != null) {
            journal.close();
        }
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
