package io.vfiouser.nvme.driver.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.vfiouser.nvme.NvmeDevice;
import io.vfiouser.nvme.block.BlockDevice;
import io.vfiouser.nvme.block.RamBlockDevice;
import io.vfiouser.nvme.driver.DriverOptions;
import io.vfiouser.nvme.driver.NvmeDriver;
import io.vfiouser.nvme.driver.workload.PerfSettings.Pattern;
import io.vfiouser.nvme.testing.HeldBlockDevice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A load whose commands are due at fixed times counts every wait, and exactly the commands that were due. */
class OpenLoopTest {

    private static final int DEPTH = 2;
    private static final double PER_SECOND = 1_000;
    private static final Duration DURATION = Duration.ofMillis(300);
    private static final int DUE = 300;

    private Path folder;

    @BeforeEach
    void createFolder() throws IOException {
        folder = Files.createTempDirectory("vfu");
    }

    @AfterEach
    void removeFolder() throws IOException {
        Files.deleteIfExists(folder.resolve("s"));
        Files.delete(folder);
    }

    private NvmeDevice serve(BlockDevice device) {
        return NvmeDevice.builder()
                .socket(folder.resolve("s"))
                .namespace(device)
                .start();
    }

    private NvmeDriver connect(int queues, int depth) {
        return NvmeDriver.connect(
                folder.resolve("s"), DriverOptions.defaults().withQueues(queues).withDepth(depth));
    }

    private static PerfSettings settings(Duration warmUp) {
        return new PerfSettings(Pattern.RANDOM_MIX, 512, warmUp, DURATION, Long.MAX_VALUE, 1, false, PER_SECOND);
    }

    @Test
    void whatADeviceThatStandsStillDelaysIsCountedWithTheWholeWait() {
        HeldBlockDevice disk = new HeldBlockDevice(64);
        try (NvmeDevice _ = serve(disk);
                NvmeDriver driver = connect(1, DEPTH)) {
            PerfReport report =
                    PerfWorkload.run(driver, driver.namespace(1), settings(Duration.ZERO), (done, total) -> {
                        if (done >= total) {
                            disk.releaseAll();
                        }
                    });
            assertThat(report.commands()).isEqualTo(DEPTH);
            assertThat(report.missed()).isEqualTo(DUE - DEPTH);
            assertThat(report.all().getTotalCount()).isEqualTo(DUE);
            // due evenly over the time, and none was served before its end
            assertThat(report.all().getValueAtPercentile(50))
                    .isBetween(TimeUnit.MILLISECONDS.toNanos(148), TimeUnit.MILLISECONDS.toNanos(153));
            assertThat(report.all().getMaxValue()).isGreaterThanOrEqualTo(DURATION.toNanos());
        }
    }

    @Test
    void allThatIsDueAfterTheWarmUpIsCountedOnWhicheverQueue() {
        try (NvmeDevice _ = serve(RamBlockDevice.ofSize(1 << 20));
                NvmeDriver driver = connect(3, 512)) {
            PerfReport report =
                    PerfWorkload.run(driver, driver.namespace(1), settings(Duration.ofMillis(100)), Progress.none());
            assertThat(report.commands() + report.missed()).isEqualTo(DUE);
            assertThat(report.reads().getTotalCount()).isPositive();
            assertThat(report.writes().getTotalCount()).isPositive();
        }
    }

    @Test
    void aRateThatMakesNoSenseIsRefused() {
        for (double rate : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY, 2e9}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new PerfSettings(
                            Pattern.RANDOM_READ, 512, Duration.ZERO, DURATION, Long.MAX_VALUE, 1, false, rate))
                    .withMessageContaining("rate");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PerfSettings(
                        Pattern.RANDOM_READ, 512, Duration.ZERO, DURATION, Long.MAX_VALUE, 1, true, 1));
    }
}
