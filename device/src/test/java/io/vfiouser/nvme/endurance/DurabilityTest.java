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
import io.vfiouser.nvme.driver.workload.VerifyRun;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a completed flush covered is in the image, whatever becomes of the server. */
@Timeout(120)
class DurabilityTest {
    private static final int IMAGE_BYTES = 32 << 20;
    private static final int FLUSHED_UNITS = 200;

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
            VerifyReport report = writeUntilFlushed(FLUSHED_UNITS);
            assertThat(report.intact()).isTrue();
            assertThat(report.writes()).isPositive();
            assertThat(server.terminate()).isZero();
        }
        check(FLUSHED_UNITS);
    }

    @Test
    void whatWasFlushedHoldsAfterTheServerWasKilled() throws Exception {
        try (ServerProcess server = serve()) {
            CompletableFuture<VerifyReport> run = CompletableFuture.supplyAsync(() -> write(Duration.ofMinutes(1)));
            awaitFlushes(FLUSHED_UNITS);
            server.kill();
            assertThatThrownBy(() -> run.get(20, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(NvmeDriverException.class);
        }
        check(FLUSHED_UNITS);
    }

    @Test
    void whatWasFlushedHoldsAfterTheServerWasTerminatedUnderLoad() throws Exception {
        try (ServerProcess server = serve()) {
            CompletableFuture<VerifyReport> run = CompletableFuture.supplyAsync(() -> write(Duration.ofMinutes(1)));
            awaitFlushes(FLUSHED_UNITS);
            assertThat(server.terminate()).isZero();
            assertThatThrownBy(() -> run.get(20, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class);
        }
        check(FLUSHED_UNITS);
    }

    private ServerProcess serve() throws IOException {
        return ServerProcess.listening(socket, "--file", image.toString());
    }

    private VerifyReport write(Duration duration) {
        try (NvmeDriver driver = connect()) {
            return VerifyWorkload.run(driver, driver.namespaces().getFirst(), settings(duration), (done, total) -> {});
        }
    }

    private VerifyReport writeUntilFlushed(int units) {
        try (NvmeDriver driver = connect();
                VerifyRun run = VerifyRun.start(driver, driver.namespaces().getFirst(), settings(Duration.ZERO))) {
            awaitFlushes(units);
            run.stop();
            return run.await();
        }
    }

    private NvmeDriver connect() {
        return NvmeDriver.connect(socket, DriverOptions.defaults().withQueues(2).withDepth(16));
    }

    private VerifySettings settings(Duration duration) {
        return VerifySettings.of(4096, duration).withJournal(journal).withFlushEvery(32);
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
