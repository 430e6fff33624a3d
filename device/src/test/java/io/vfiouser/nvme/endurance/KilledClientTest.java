package io.vfiouser.nvme.endurance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A client that is killed at any moment is noticed, cleaned up after, and the next client is served, all within a second.
 */
class KilledClientTest {
    private static final long LIMIT_MILLIS = 1000;
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    @TempDir
    private Path folder;

    @Test
    @Timeout(120)
    void theNextClientIsServedAfterKillsAtRandomMoments() throws Exception {
        kill(5, 20_261_123, "--ram", "16M");
    }

    /** Blocking calls are under way in the guest's memory when it goes, and nothing but a message wakes the poller. */
    @Test
    @Timeout(120)
    void theNextClientIsServedAfterKillsAtRandomMomentsWithAFileAndTrappedDoorbells() throws Exception {
        kill(5, 20_261_124, "--file", image(), "--doorbells", "trapped", "--poll", "event");
    }

    @Test
    @Tag("soak")
    @Timeout(1800)
    void theNextClientIsServedAfterAHundredKillsAtRandomMoments() throws Exception {
        kill(100, 1, "--ram", "16M");
    }

    @Test
    @Tag("soak")
    @Timeout(1800)
    void theNextClientIsServedAfterAHundredKillsAtRandomMomentsWithAFileAndTrappedDoorbells() throws Exception {
        kill(100, 2, "--file", image(), "--doorbells", "trapped", "--poll", "event");
    }

    private String image() throws Exception {
        return Files.write(folder.resolve("disk.img"), new byte[16 << 20]).toString();
    }

    private void kill(int times, long seed, String... options) throws Exception {
        Random random = new Random(seed);
        Clock reported = new Clock("reported after a client's SIGKILL");
        Clock served = new Clock("next client served after a client's SIGKILL");
        Path socket = folder.resolve("s");
        try (ServerProcess server = ServerProcess.listening(socket, options)) {
            // The first client pays for loading classes, which has nothing to do with kills.
            ServedDisk.use(socket, PATIENCE);
            server.awaitCount(1, KilledClientTest::reportsALoss);
            long descriptors = server.descriptors();
            for (int i = 0; i < times; i++) {
                boolean attached;
                long before;
                long killed;
                Process victim = ChildJvm.of(VictimClient.class.getName(), List.of(socket.toString()))
                        .start();
                try {
                    // Most kills under load, some while the client starts, connects or brings the controller up.
                    attached = random.nextInt(4) != 0;
                    awaitLine(victim, attached ? "attached" : "started");
                    LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(random.nextInt(400_000)));
                } finally {
                    before = server.count(KilledClientTest::reportsALoss);
                    killed = System.nanoTime();
                    victim.destroyForcibly().waitFor();
                }
                if (attached) {
                    server.awaitCount(before + 1, KilledClientTest::reportsALoss);
                    assertThat(reported.since(killed))
                            .as("ms until the server reported kill %d of seed %d", i, seed)
                            .isLessThan(LIMIT_MILLIS);
                }
                ServedDisk.use(socket, PATIENCE);
                assertThat(served.since(killed))
                        .as("ms until the next client was served, kill %d of seed %d, %s", i, seed, server)
                        .isLessThan(LIMIT_MILLIS);
                assertThat(server.isAlive()).isTrue();
            }
            server.awaitCount(server.count(line -> line.contains("a client attached")), KilledClientTest::reportsALoss);
            assertThat(server.hasGuestMemory()).isFalse();
            assertThat(server.descriptors())
                    .as("descriptors of the server after %d clients", times)
                    .isLessThanOrEqualTo(descriptors);
            assertThat(server.terminate()).isZero();
        }
        assertThat(Files.exists(socket)).isFalse();
        System.out.println(reported);
        System.out.println(served);
    }

    private static boolean reportsALoss(String line) {
        return line.contains("the client is gone");
    }

    private static void awaitLine(Process process, String wanted) throws Exception {
        var output = process.inputReader();
        String line;
        while ((line = output.readLine()) != null) {
            if (line.equals(wanted)) {
                return;
            }
        }
        throw new AssertionError("the client ended before it was " + wanted);
    }
}
