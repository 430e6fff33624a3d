package io.vfiouser.nvme.cli.migrate;

import io.vfiouser.client.VfioUserClient;
import io.vfiouser.mover.Guest;
import io.vfiouser.mover.GuestMemory;
import io.vfiouser.nvme.driver.GuestStateReader;
import io.vfiouser.nvme.driver.GuestStateWriter;
import io.vfiouser.nvme.driver.NamespaceInfo;
import io.vfiouser.nvme.driver.NvmeDriver;
import io.vfiouser.nvme.driver.workload.EventWatch;
import io.vfiouser.nvme.driver.workload.Mismatch;
import io.vfiouser.nvme.driver.workload.MoveTimeline;
import io.vfiouser.nvme.driver.workload.VerifyReport;
import io.vfiouser.nvme.driver.workload.VerifyRun;
import io.vfiouser.nvme.driver.workload.VerifySettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The host driver with a verified load on an NVMe controller, and requests for events outstanding. */
public final class NvmeGuest implements Passenger {
    /** The longest a command may take, pauses not counted: what takes longer was lost. */
    private static final Duration COMMAND_TIMEOUT = Duration.ofSeconds(10);

    /** What the load travels by, in words. */
    private static final String WORDS = "words";

    private static final Duration EVENT_PATIENCE = Duration.ofSeconds(5);

    private final NvmeDriver driver;
    private final VerifyRun load;
    private final EventWatch events;
    private final String loadInWords;

    private NvmeGuest(NvmeDriver driver, VerifyRun load, EventWatch events, String loadInWords) {
        this.driver = driver;
        this.load = load;
        this.events = events;
        this.loadInWords = loadInWords;
    }

    /**
     * Begins the load. Overwrites the namespace.
     *
     * @param driver closed with this, or if that fails
     * @param blockBytes of each command
     * @param spanBytes how much of the namespace is used
     * @param interrupts whether the driver was attached with them
     * @throws IllegalArgumentException if that does not fit the namespace
     */
    public static NvmeGuest start(
            NvmeDriver driver, NamespaceInfo namespace, int blockBytes, long spanBytes, boolean interrupts) {
        VerifySettings settings = VerifySettings.of(blockBytes, Duration.ofDays(1))
                .withSpanBytes(spanBytes)
                .withSleep(interrupts)
                .withOneAtDepthOne(true)
                .withCommandTimeout(COMMAND_TIMEOUT);
        try {
            EventWatch events = EventWatch.start(driver);
            return carrying(new NvmeGuest(
                    driver,
                    VerifyRun.start(driver, namespace, settings),
                    events,
                    inWords(driver, namespace, blockBytes, spanBytes)));
        } catch (RuntimeException e) {
            driver.close();
            throw e;
        }
    }

    /**
     * Goes on with a driver and a load that have moved here from another process; they stand until the guest is resumed.
     *
     * @param client closed with this, or by others if that fails
     * @param memory stays its owner's
     * @throws RuntimeException if the state makes no sense or does not fit
     */
    static NvmeGuest arrived(VfioUserClient client, GuestMemory memory, byte[] state) {
        NvmeDriver driver = NvmeDriver.resume(client, memory, state);
        try {
            EventWatch events = EventWatch.resume(driver);
            String words = new GuestStateReader(driver.carried(WORDS)).text();
            return carrying(new NvmeGuest(driver, VerifyRun.resume(driver), events, words));
        } catch (RuntimeException e) {
            driver.abandon();
            throw e;
        }
    }

    private static NvmeGuest carrying(NvmeGuest guest) {
        guest.driver.carry(
                WORDS, () -> new GuestStateWriter().text(guest.loadInWords).toBytes());
        return guest;
    }

    @Override
    public void discard() {
        driver.abandon();
        load.close();
    }

    private static String inWords(NvmeDriver driver, NamespaceInfo namespace, int blockBytes, long spanBytes) {
        int queues = driver.ioQueueCount();
        return String.format(
                Locale.ROOT,
                "verified random read-write of %d bytes on %s MiB of namespace %d, %d queue%s of depth %d%s",
                blockBytes,
                Quantity.mib(Math.min(spanBytes, namespace.lengthBytes())),
                namespace.id(),
                queues,
                queues == 1 ? "" : "s",
                driver.ioQueue(0).depth(),
                queues == 1 ? "" : ", one of them used at depth 1");
    }

    @Override
    public VfioUserClient client() {
        return driver.client();
    }

    @Override
    public Guest guest() {
        return driver.guest();
    }

    @Override
    public GuestMemory memory() {
        return driver.guestMemory();
    }

    @Override
    public String device() {
        return "NVMe controller " + driver.identify().modelNumber().replaceAll("[^ -~]", "?") + ", doorbells "
                + (driver.shadowDoorbells() ? "shadowed" : driver.doorbellsMapped() ? "mapped" : "trapped");
    }

    @Override
    public String load() {
        return loadInWords;
    }

    @Override
    public Optional<Throwable> failure() {
        return load.failure();
    }

    @Override
    public void check() {
        events.checkEvents(EVENT_PATIENCE);
    }

    @Override
    public long originNanoTime() {
        return load.timeline().originNanoTime();
    }

    @Override
    public Optional<Verification> finish() {
        load.stop();
        VerifyReport report = load.await();
        return Optional.of(new Verification(
                report.writes(),
                report.reads(),
                report.flushes(),
                report.unitsChecked(),
                report.mismatchCount(),
                report.mismatches().stream().map(Mismatch::toString).toList()));
    }

    @Override
    public List<Sample> samples() {
        MoveTimeline timeline = load.timeline();
        long bucketNanos = timeline.bucketMillis() * 1_000_000L;
        List<Sample> samples = new ArrayList<>();
        samples.add(new Sample(0, 0));
        long commands = 0;
        int buckets = timeline.buckets();
        for (int bucket = 0; bucket < buckets; bucket++) {
            commands += timeline.completions(bucket);
            samples.add(new Sample((bucket + 1) * bucketNanos, commands));
        }
        return samples;
    }

    @Override
    public List<Gap> gaps() {
        return load.timeline().gaps().stream()
                .filter(MoveTimeline.Gap::moved)
                .map(gap -> new Gap(gap.lastNanos(), gap.firstNanos()))
                .toList();
    }

    @Override
    public void close() {
        load.close();
        driver.close();
    }
}
