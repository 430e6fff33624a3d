package io.vfiouser.nvme.endurance;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.client.VfioUserException;
import io.vfiouser.nvme.driver.DriverOptions;
import io.vfiouser.nvme.driver.NvmeDriver;
import io.vfiouser.nvme.driver.NvmeDriverException;
import io.vfiouser.nvme.driver.workload.VerifySettings;
import io.vfiouser.nvme.driver.workload.VerifyWorkload;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A server that is killed at any moment is reported by its client within a second, and the client leaves nothing behind; the
 * next server takes the socket and the image over.
 */
class KilledServerTest {
    private static final long LIMIT_MILLIS = 1000;
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    @TempDir
    private Path folder;

    @Test
    @Timeout(120)
    void theClientReportsAFewKillsAtRandomMoments() throws Exception {
        kill(3, 20_261_123);
    }

    @Test
    @Tag("soak")
    @Timeout(1800)
    void theClientReportsTwoHundredKillsAtRandomMoments() throws Exception {
        kill(200, 2);
    }

    private void kill(int times, long seed) throws Exception {
        Random random = new Random(seed);
        Clock reported = new Clock("reported after a server's SIGKILL");
        Clock served = new Clock("served after the next server listened");
        Path socket = folder.resolve("s");
        Path image = folder.resolve("disk.img");
        Files.write(image, new byte[16 << 20]);
        long descriptors = 0;
        for (int i = 0; i < times; i++) {
            try (ServerProcess server = ServerProcess.listening(socket, "--file", image.toString())) {
                long listening = System.nanoTime();
                ServedDisk.use(socket, PATIENCE);
                // No limit but the client's patience: how fast a new virtual machine warms up is not what is tested.
                served.since(listening);

                CompletableFuture<Void> work = CompletableFuture.runAsync(() -> work(socket));
                LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(random.nextInt(500_000)));
                long killed = System.nanoTime();
                server.kill();
                assertThat(failure(work)).isInstanceOfAny(NvmeDriverException.class, VfioUserException.class);
                assertThat(reported.since(killed))
                        .as("ms until the client reported kill %d of seed %d", i, seed)
                        .isLessThan(LIMIT_MILLIS);
            }
            if (i == 1) {
                descriptors = openDescriptors();
            }
        }
        assertThat(openDescriptors())
                .as("descriptors of the client after %d kills", times)
                .isLessThanOrEqualTo(descriptors + 4);
        System.out.println(reported);
        System.out.println(served);
    }

    /** Attaches and works until the server is gone, then cleans up: all that counts as reporting. */
    private static void work(Path socket) {
        DriverOptions options =
                DriverOptions.defaults().withQueues(2).withDepth(16).withTimeout(PATIENCE);
        try (NvmeDriver driver = NvmeDriver.connect(socket, options)) {
            VerifySettings settings =
                    VerifySettings.of(4096, Duration.ofMinutes(1)).withSpanBytes(8 << 20);
            VerifyWorkload.run(driver, driver.namespaces().getFirst(), settings, (done, total) -> {});
        }
    }

    private static Throwable failure(CompletableFuture<Void> work) throws Exception {
        try {
            work.get(20, TimeUnit.SECONDS);
            throw new AssertionError("the work came to its end");
        } catch (ExecutionException e) {
            return e.getCause();
        }
    }

    private static long openDescriptors() throws Exception {
        try (var files = Files.list(Path.of("/proc/self/fd"))) {
            return files.count();
        }
    }
}
