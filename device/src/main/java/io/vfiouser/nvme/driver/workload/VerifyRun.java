package io.vfiouser.nvme.driver.workload;

import io.vfiouser.nvme.driver.DmaBuffer;
import io.vfiouser.nvme.driver.GuestStateReader;
import io.vfiouser.nvme.driver.GuestStateWriter;
import io.vfiouser.nvme.driver.NamespaceInfo;
import io.vfiouser.nvme.driver.NvmeDriver;
import io.vfiouser.nvme.driver.NvmeProtocolException;
import io.vfiouser.nvme.driver.NvmeTimeoutException;
import io.vfiouser.nvme.spec.IdentifyCns;
import io.vfiouser.nvme.spec.IdentifyNamespace;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A {@link VerifySettings verified load} that runs by itself on all I/O queues of a driver until it is stopped: the device
 * may move meanwhile. It fails as soon as a command is lost or a completion was not asked for; what is corrupt is counted. Any thread;
 * nobody else may use the I/O queues.
 */
public final class VerifyRun implements AutoCloseable {

    private static final String NAME = "verify";
    private static final String THREADS = "verify";

    private final NvmeDriver driver;
    private final NamespaceInfo namespace;
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
            NvmeDriver driver,
            NamespaceInfo namespace,
            VerifySettings settings,
            BooleanSupplier goOn,
            int units,
            DmaBuffer buffer) {
        this.driver = driver;
        this.namespace = namespace;
        this.settings = settings;
        this.workers = new Workers(driver.threads(), settings.sleep());
        this.buffer = buffer;
        int queues = driver.ioQueueCount();
        long bytesPerQueue = bytesPerQueue(driver, settings);
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
        DmaBuffer buffer = driver.allocate(driver.ioQueueCount() * bytesPerQueue(driver, settings));
        VerifyRun run = new VerifyRun(driver, namespace, settings, goOn, units, buffer);
        run.begin();
        return run;
    }

    private void begin() {
        driver.carry(NAME, this::save);
        workers.start(THREADS, tasks);
    }

    private static long bytesPerQueue(NvmeDriver driver, VerifySettings settings) {
        return (long) driver.ioQueue(0).depth() * settings.transferBytes();
    }

    /**
     * Goes on with the load of a driver that has moved here from another process, and still stands: what was written there is verified here.
     *
     * @throws io.vfiouser.nvme.driver.NvmeDriverException if none came with it, or it makes no sense
     * @throws IllegalArgumentException likewise
     */
    public static VerifyRun resume(NvmeDriver driver) {
        GuestStateReader from = new GuestStateReader(driver.carried(NAME));
        NamespaceInfo namespace = namespace(from.i32(), from.bytes(IdentifyCns.LENGTH_BYTES));
        VerifySettings settings = VerifySettings.of(from);
        GuestStateReader.require(driver.ioQueueCount() > 0, "a load without a queue");
        int units = units(driver, namespace, settings);
        DmaBuffer buffer = driver.claim(from, driver.ioQueueCount() * bytesPerQueue(driver, settings));
        // A number for each unit follows: it cannot be that there are more of them than bytes.
        GuestStateReader.require(units <= from.remaining() / Integer.BYTES, "it ends early");
        VerifyRun run = new VerifyRun(driver, namespace, settings, () -> true, units, buffer);
        run.mismatches.restore(from);
        run.tasks.forEach(task -> task.restore(from));
        from.end();
        run.begin();
        return run;
    }

    private static NamespaceInfo namespace(int id, byte[] structure) {
        MemorySegment own = MemorySegment.ofArray(new long[structure.length / Long.BYTES]);
        own.copyFrom(MemorySegment.ofArray(structure));
        return new NamespaceInfo(id, new IdentifyNamespace(own), List.of());
    }

    /** The guest is paused. */
    private byte[] save() {
        if (journal != null) {
            throw new IllegalStateException("a load with a journal does not move: the journal would stay here");
        }
        workers.failure().ifPresent(failure -> {
            throw new IllegalStateException("the load has ended: " + failure.getMessage(), failure);
        });
        GuestStateWriter into = new GuestStateWriter();
        into.i32(namespace.id()).bytes(namespace.structure().segment().toArray(ValueLayout.JAVA_BYTE));
        settings.save(into);
        buffer.save(into);
        mismatches.save(into);
        tasks.forEach(task -> task.save(into));
        return into.toBytes();
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
        driver.leave(NAME);
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
