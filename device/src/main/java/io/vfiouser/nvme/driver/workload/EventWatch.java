package io.vfiouser.nvme.driver.workload;

import io.vfiouser.nvme.driver.AdminQueue;
import io.vfiouser.nvme.driver.GuestStateReader;
import io.vfiouser.nvme.driver.GuestStateWriter;
import io.vfiouser.nvme.driver.NvmeCommand;
import io.vfiouser.nvme.driver.NvmeCommandException;
import io.vfiouser.nvme.driver.NvmeCompletion;
import io.vfiouser.nvme.driver.NvmeDriver;
import io.vfiouser.nvme.driver.NvmeTimeoutException;
import io.vfiouser.nvme.spec.AsynchronousEvent;
import io.vfiouser.nvme.spec.FeatureId;
import io.vfiouser.nvme.spec.IdentifyController;
import io.vfiouser.nvme.spec.SmartLog;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * Keeps Asynchronous Event Requests outstanding and finds out whether they still work: a request that a move lost would never complete, and
 * nobody would notice. Base 2.1, section 5.1.2. One thread; one for each driver, since the requests stay outstanding.
 */
public final class EventWatch {

    private static final String NAME = "events";
    private static final int MOST_REQUESTS = 4;
    private static final int HIGHEST_THRESHOLD = 0xFFFF;
    private static final Duration LOOK = Duration.ofMillis(1);

    private final NvmeDriver driver;
    private final AdminQueue admin;
    private final Deque<Integer> requests = new ArrayDeque<>();
    private final int threshold;
    private long eventsSeen;

    private EventWatch(NvmeDriver driver, int threshold) {
        this.driver = driver;
        this.admin = driver.admin();
        this.threshold = threshold;
    }

    /** Turns temperature events on and submits requests. */
    public static EventWatch start(NvmeDriver driver) {
        EventWatch watch = new EventWatch(driver, feature(driver.admin(), FeatureId.TEMPERATURE_THRESHOLD));
        int configured = feature(driver.admin(), FeatureId.ASYNCHRONOUS_EVENT_CONFIGURATION);
        watch.set(FeatureId.ASYNCHRONOUS_EVENT_CONFIGURATION, configured | SmartLog.WARNING_TEMPERATURE);
        int count = Math.min(MOST_REQUESTS, driver.identify().u8(IdentifyController.AERL) + 1);
        for (int i = 0; i < count; i++) {
            watch.request();
        }
        driver.carry(NAME, watch::save);
        return watch;
    }

    /**
     * Goes on with the requests of a driver that has moved here from another process.
     *
     * @throws io.vfiouser.nvme.driver.NvmeDriverException if none came with it
     */
    public static EventWatch resume(NvmeDriver driver) {
        GuestStateReader from = new GuestStateReader(driver.carried(NAME));
        EventWatch watch = new EventWatch(driver, from.i32());
        watch.eventsSeen = from.i64();
        for (int token : from.ints(MOST_REQUESTS)) {
            GuestStateReader.require(
                    driver.admin().isTaken(token) && !watch.requests.contains(token),
                    "a request for events was never submitted");
            watch.requests.addLast(token);
        }
        from.end();
        driver.carry(NAME, watch::save);
        return watch;
    }

    private byte[] save() {
        int[] tokens = requests.stream().mapToInt(Integer::intValue).toArray();
        return new GuestStateWriter()
                .i32(threshold)
                .i64(eventsSeen)
                .ints(tokens, tokens.length)
                .toBytes();
    }

    /** Events that came so far. */
    public long eventsSeen() {
        return eventsSeen;
    }

    /**
     * Provokes an event for each request that is outstanding, one after the other, and takes it. Only then requests are submitted again, as
     * many as before: one that was lost would hide behind them.
     *
     * @param patience for each event
     * @throws NvmeTimeoutException if an event does not come
     */
    public void checkEvents(Duration patience) {
        int before = requests.size();
        while (!requests.isEmpty()) {
            provoke(patience);
        }
        while (requests.size() < before) {
            request();
        }
    }

    private void provoke(Duration patience) {
        int kelvin = driver.smartLog().compositeTemperatureKelvin();
        set(FeatureId.TEMPERATURE_THRESHOLD, Math.max(1, kelvin - 1));
        awaitTemperatureEvent(patience);
        // in this order: the warning is over before reading the log page allows the next event
        set(FeatureId.TEMPERATURE_THRESHOLD, threshold & HIGHEST_THRESHOLD);
        SmartLog ignored = driver.smartLog();
    }

    private void awaitTemperatureEvent(Duration patience) {
        long deadline = driver.threads().unpausedNanoTime() + patience.toNanos();
        while (driver.threads().unpausedNanoTime() - deadline < 0) {
            if (requests.isEmpty()) {
                // an event of another kind took the last
                request();
            }
            int token = requests.removeFirst();
            Optional<NvmeCompletion> completion = admin.await(token, LOOK);
            if (completion.isEmpty()) {
                requests.addLast(token);
                continue;
            }
            if (!completion.get().successful()) {
                throw new NvmeCommandException("Asynchronous Event Request", completion.get());
            }
            eventsSeen++;
            if (AsynchronousEvent.of(completion.get().dw0()).equals(AsynchronousEvent.TEMPERATURE_THRESHOLD)) {
                return;
            }
        }
        throw new NvmeTimeoutException("no Asynchronous Event Request of " + requests.size()
                + " completed within " + patience.toMillis() + " ms after the temperature threshold was crossed:"
                + " the controller lost them, or the event");
    }

    private void request() {
        requests.addLast(admin.submit(NvmeCommand.asynchronousEventRequest()));
    }

    private static int feature(AdminQueue admin, int id) {
        return admin.executeSuccessfully(NvmeCommand.getFeatures(id, FeatureId.SELECT_CURRENT))
                .dw0();
    }

    private void set(int feature, int value) {
        NvmeCompletion ignored = admin.executeSuccessfully(NvmeCommand.setFeatures(feature, value));
    }
}
