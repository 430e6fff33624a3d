package io.vfiouser.nvme.endurance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vfiouser.nvme.driver.DriverOptions;
import io.vfiouser.nvme.driver.NvmeDriver;
import io.vfiouser.nvme.driver.NvmeDriverException;
import io.vfiouser.nvme.driver.workload.FlushJournal;
import io.vfiouser.nvme.driver.workload.FlushedUnits;
import io.vfiouser.nvme.driver.workload.JournalCheck;
import io.vfiouser.nvme.driver.workload.VerifyReport;
import io.vfiouser.nvme.driver.workload.VerifySettings;
import io.vfiouser.nvme.driver.workload.VerifyWorkload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a completed flush covered is in the image, whatever becomes of the server. */
@Timeout(120)
@Tag("alone")
class DurabilityTest {
    private static final int IMAGE_BYTES = 32 << 20;

    @TempDir
    private Path folder;

    private Path socket;
    private Path image;
    private Path journal;

    @BeforeEach
    void prepare() throws IOException {
        socket = folder.resolve("s");
        image = Files.write(folder.resolve("disk.img"), new byte[IMAGE_BYTES]);
        journal = folder.resolve("journal");
    }

    @Test
    void aVerifiedRunHoldsAfterTheServerWasTerminated() throws Exception {
        try (ServerProcess server = serve()) {
            VerifyReport report = write(Duration.ofMillis(300));
            assertThat(report.intact()).isTrue();
            assertThat(report.writes()).isPositive();
            assertThat(server.terminate()).isZero();
        }
        check(200);
    }

    @Test
    void whatWasFlushedHoldsAfterTheServerWasKilled() throws Exception {
        try (ServerProcess server = serve()) {
            CompletableFuture<VerifyReport> run = CompletableFuture.supplyAsync(() -> write(Duration.ofMinutes(1)));
            awaitFlushes(200);
            server.kill();
            assertThatThrownBy(() -> run.get(20, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(NvmeDriverException.class);
        }
        check(200);
    }

    @Test
    void whatWasFlushedHoldsAfterTheServerWasTerminatedUnderLoad() throws Exception {
        try (ServerProcess server = serve()) {
            CompletableFuture<VerifyReport> run = CompletableFuture.supplyAsync(() -> write(Duration.ofMinutes(1)));
            awaitFlushes(200);
            assertThat(server.terminate()).isZero();
            assertThatThrownBy(() -> run.get(20, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class);
        }
        check(200);
    }

    private ServerProcess serve() throws IOException {
        return ServerProcess.listening(socket, "--file", image.toString());
    }

    private VerifyReport write(Duration duration) {
        DriverOptions options = DriverOptions.defaults().withQueues(2).withDepth(16);
        try (NvmeDriver driver = NvmeDriver.connect(socket, options)) {
            VerifySettings settings =
                    VerifySettings.of(4096, duration).withJournal(journal).withFlushEvery(32);
            return VerifyWorkload.run(driver, driver.namespaces().getFirst(), settings, (done, total) -> {});
        }
    }

    private void awaitFlushes(int units) {
        Awaitility.await("flushes")
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> Files.exists(journal)
                        && Files.size(journal) > 64
                        && FlushJournal.read(journal).flushedUnits() >= units);
    }

    /** Another server on the same image has everything that the journal names. */
    private void check(int leastUnits) throws Exception {
        FlushedUnits flushed = FlushJournal.read(journal);
        assertThat(flushed.flushedUnits()).isGreaterThanOrEqualTo(leastUnits);
        try (ServerProcess server = serve();
                NvmeDriver driver = NvmeDriver.connect(socket, DriverOptions.defaults())) {
            VerifyReport report = JournalCheck.run(driver, flushed, (done, total) -> {});
            assertThat(report.mismatches()).isEmpty();
            assertThat(report.intact()).isTrue();
            assertThat(report.unitsChecked()).isEqualTo(flushed.flushedUnits());
            assertThat(server.isAlive()).isTrue();
        }
    }
}
