package io.vfiouser.nvme.guest;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a server takes of a processor while its guest has nothing to do. */
@Tag("guest")
class IdleCostGuestTest {
    private static final Duration OBSERVED = Duration.ofSeconds(10);

    @RegisterExtension
    private final GuestBench bench = new GuestBench();

    @Test
    void aServerThatSleepsUntilADoorbellRingsUsesLessThanAHundredthOfAProcessor() {
        NvmeServer server = bench.serve("--ram", "64M", "--doorbells", "trapped", "--poll", "event");
        Guest guest = bench.boot(idleGuest(server));
        guest.awaitMark("idle");
        assertThat(percentUsed(server, OBSERVED)).isLessThan(1.0);
        guest.answer();
        guest.end();
    }

    @Test
    void aServerThatPollsAdaptivelyGivesItsProcessorBackWithinASecond() {
        NvmeServer server = bench.serve("--ram", "64M", "--doorbells", "mapped", "--poll", "adaptive");
        Guest guest = bench.boot(idleGuest(server));
        guest.awaitMark("idle");
        long idleFrom = System.nanoTime();
        Awaitility.await()
                .pollInterval(Duration.ofMillis(20))
                .atMost(Duration.ofSeconds(10))
                .until(() -> System.nanoTime() - idleFrom >= TimeUnit.SECONDS.toNanos(1));
        assertThat(percentUsed(server, OBSERVED)).isLessThan(10.0);
        guest.answer();
        guest.end();
    }

    private static GuestSetup idleGuest(NvmeServer server) {
        return GuestSetup.script("""
                        dd if=/dev/zero of=/dev/nvme0n1 bs=4k count=1024 oflag=direct 2>/dev/null
                        dd if=/dev/nvme0n1 of=/dev/null bs=64k iflag=direct 2>/dev/null
                        await_host idle
                        """).disk(server.socket());
    }

    /** Of one processor, over a time. */
    private static double percentUsed(NvmeServer server, Duration time) {
        Duration before = server.processorTime();
        long from = System.nanoTime();
        Awaitility.await()
                .pollInterval(Duration.ofMillis(100))
                .atMost(time.multipliedBy(2))
                .until(() -> System.nanoTime() - from >= time.toNanos());
        return 100.0 * server.processorTime().minus(before).toNanos() / (System.nanoTime() - from);
    }
}
