package io.vfiouser.nvme.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.block.NullBlockDevice;
import io.vfiouser.nvme.spec.IoCommand;
import io.vfiouser.nvme.testing.HostQueue;
import io.vfiouser.nvme.testing.InMemoryGuest;
import io.vfiouser.nvme.testing.NvmeHost;
import io.vfiouser.nvme.testing.ShadowingHost;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Shadow doorbells with pollers on threads of their own, against a host that writes registers only where Linux would. Sleeps that
 * only a wake-up is meant to end last an hour, so that one lost wake-up fails the test.
 */
@Tag("alone")
@Timeout(120)
class ShadowDoorbellThreadTest {
    private static final int ROUNDS = 15_000;
    private static final int MANY_ROUNDS = 120_000;
    private static final long HOUR_NANOS = Duration.ofHours(1).toNanos();

    /** A guest with pollers that run until it is closed. */
    private static final class Running implements AutoCloseable {
        final InMemoryGuest guest;
        final ShadowingHost shadow;
        final NvmeHost host;
        private final List<PollerThread> threads = new ArrayList<>();

        Running(boolean trapped, IdlePolicy policy, int pollers) {
            NullBlockDevice device = NullBlockDevice.of(1000, 512);
            guest = trapped ? InMemoryGuest.trapped(pollers, device) : InMemoryGuest.withPollers(pollers, device);
            for (QueuePoller poller : guest.controller().pollers()) {
                threads.add(new PollerThread(poller, policy, "poller", () -> {}, HOUR_NANOS));
            }
            guest.leavePollersToThreads();
            threads.forEach(PollerThread::start);
            shadow = new ShadowingHost(guest);
            host = new NvmeHost(shadow);
            host.enable();
        }

        @Override
        public void close() {
            guest.controller().pause();
            host.await("the pause", guest.controller()::paused);
            threads.forEach(PollerThread::close);
            guest.close();
        }
    }

    private static IdlePolicy policy(String name) {
        return switch (name) {
            case "BUSY" -> IdlePolicy.BUSY;
            case "ADAPTIVE" -> IdlePolicy.ADAPTIVE;
            default -> IdlePolicy.EVENT;
        };
    }

    private static void submit(HostQueue queue, int count, boolean ringEach) {
        for (int i = 0; i < count; i++) {
            queue.put((sq, at, cid) -> IoCommand.flush(sq, at, cid, 1));
            if (ringEach) {
                queue.ring();
            }
        }
        if (!ringEach) {
            queue.ring();
        }
    }

    /** Reaps commands, telling the controller of each, of some, or of all at once. */
    private static void reap(NvmeHost host, HostQueue queue, int count, int together) {
        int[] got = {0};
        int[] untold = {0};
        host.await("all completions", () -> {
            while (queue.peek().isPresent()) {
                got[0]++;
                untold[0]++;
                if (untold[0] == together) {
                    queue.consume();
                    untold[0] = 0;
                }
            }
            if (untold[0] > 0) {
                queue.consume();
                untold[0] = 0;
            }
            return got[0] == count;
        });
        assertThat(got[0]).isEqualTo(count);
    }

    /** Where the doorbells are, how the poller idles, and the sizes of the rings. */
    @Target(ElementType.METHOD)
    @Retention(RetentionPolicy.RUNTIME)
    @ParameterizedTest
    @CsvSource({
        "false, BUSY, 16, 16",
        "false, ADAPTIVE, 16, 16",
        "false, ADAPTIVE, 64, 4",
        "true, ADAPTIVE, 16, 16",
        "true, ADAPTIVE, 64, 4",
        "true, EVENT, 16, 16",
        "true, EVENT, 2, 2",
        "true, EVENT, 64, 4",
        "true, EVENT, 64, 2"
    })
    private @interface EachWayOfIdling {}

    @EachWayOfIdling
    void noCommandIsEverStuck(boolean trapped, String idle, int submissionEntries, int completionEntries) {
        submitAndReap(ROUNDS, trapped, idle, submissionEntries, completionEntries);
    }

    @EachWayOfIdling
    @Tag("soak")
    void noCommandOfManyIsEverStuck(boolean trapped, String idle, int submissionEntries, int completionEntries) {
        submitAndReap(MANY_ROUNDS, trapped, idle, submissionEntries, completionEntries);
    }

    private static void submitAndReap(
            int most, boolean trapped, String idle, int submissionEntries, int completionEntries) {
        Random random = new Random(submissionEntries);
        try (Running running = new Running(trapped, policy(idle), 1)) {
            NvmeHost host = running.host;
            HostQueue queue = host.createQueues(1, 1, submissionEntries, completionEntries, 1);
            running.shadow.configure(host, queueId -> queueId > 0);
            int rounds = trapped || "BUSY".equals(idle) ? most : most / 20;
            for (int i = 0; i < rounds; i++) {
                int count = 1 + random.nextInt(submissionEntries - 1);
                submit(queue, count, random.nextBoolean());
                reap(host, queue, count, 1 + random.nextInt(4));
                // Idle gaps of about the length that it takes the thread to fall asleep.
                int gap = random.nextInt(i % 100 == 0 ? 20_000 : 200);
                for (int j = 0; j < gap; j++) {
                    Thread.onSpinWait();
                }
            }
        }
    }

    @Test
    void queuesWithShadowsAndQueuesWithRegistersShareAnEventDrivenPoller() {
        Random random = new Random(1);
        try (Running running = new Running(true, IdlePolicy.EVENT, 2)) {
            NvmeHost host = running.host;
            List<HostQueue> queues = new ArrayList<>();
            for (int id = 1; id <= 4; id++) {
                queues.add(host.createQueues(id, id, 16, 4, id));
            }
            running.shadow.configure(host, queueId -> queueId % 2 == 0);
            for (int i = 0; i < ROUNDS / 4; i++) {
                HostQueue one = queues.get(random.nextInt(4));
                int count = 1 + random.nextInt(15);
                submit(one, count, random.nextBoolean());
                reap(host, one, count, 2);
            }
        }
    }

    @Test
    void queuesThatComeAndGoFindTheirDoorbells() {
        try (Running running = new Running(true, IdlePolicy.EVENT, 2)) {
            NvmeHost host = running.host;
            running.shadow.configure(host, queueId -> queueId > 0);
            for (int i = 0; i < 200; i++) {
                int id = 1 + i % 3;
                HostQueue queue = host.createQueues(id, 16);
                submit(queue, i % 15, true);
                reap(host, queue, i % 15, 1);
                host.deleteQueues(id);
            }
        }
    }

    @Test
    void queuesThatGoFromPollerToPollerFindTheirDoorbells() {
        Random random = new Random(2);
        try (Running running = new Running(true, IdlePolicy.EVENT, 2)) {
            NvmeHost host = running.host;
            List<HostQueue> queues = new ArrayList<>();
            for (int id = 1; id <= 4; id++) {
                queues.add(host.createQueues(id, id, 16, 4, id));
            }
            running.shadow.configure(host, queueId -> queueId % 2 == 0);
            for (int i = 0; i < ROUNDS / 4; i++) {
                int id = 1 + random.nextInt(4);
                HostQueue one = queues.get(id - 1);
                int count = 1 + random.nextInt(15);
                boolean ignored = running.guest
                        .controller()
                        .moveQueue(random.nextBoolean() ? id : 1 + random.nextInt(4), random.nextInt(2));
                if (random.nextBoolean()) {
                    running.guest.controller().doWork();
                }
                submit(one, count, random.nextBoolean());
                reap(host, one, count, 2);
            }
            assertThat(running.guest.controller().movedQueues()).isGreaterThan(ROUNDS / 20);
        }
    }

    @Test
    void underLoadRegistersAreHardlyWritten() {
        int commands = 100_000;
        // It spins for longer than a busy machine keeps the host from its processor: then nothing but load counts.
        IdlePolicy adaptive = new IdlePolicy(
                Duration.ofSeconds(5), IdlePolicy.ADAPTIVE.firstSleep(), IdlePolicy.ADAPTIVE.longestSleep());
        try (Running running = new Running(true, adaptive, 1)) {
            NvmeHost host = running.host;
            HostQueue queue = host.createQueues(1, 64);
            running.shadow.configure(host, queueId -> queueId > 0);
            submit(queue, 32, true);
            for (int i = 32; i < commands; i++) {
                reap(host, queue, 1);
                submit(queue, 1, true);
            }
            reap(host, queue, 32, 1);
            assertThat(running.shadow.doorbells()).isGreaterThanOrEqualTo(commands);
            assertThat(running.shadow.registerWrites()).isLessThan(commands / 10);
        }
    }

    private static void reap(NvmeHost host, HostQueue queue, int count) {
        for (int i = 0; i < count; i++) {
            host.await("a completion", () -> queue.peek().isPresent());
            queue.consume();
        }
    }

    @Test
    void anEventDrivenPollerIsWokenOnceForABatch() {
        try (Running running = new Running(true, IdlePolicy.EVENT, 1)) {
            NvmeHost host = running.host;
            HostQueue queue = host.createQueues(1, 64);
            running.shadow.configure(host, queueId -> queueId > 0);
            int rounds = 1000;
            for (int i = 0; i < rounds; i++) {
                submit(queue, 50, false);
                reap(host, queue, 50, 1);
            }
            assertThat(running.shadow.doorbells()).isGreaterThan(50 * rounds);
            assertThat(running.shadow.registerWrites()).isLessThan(3 * rounds);
        }
    }
}
