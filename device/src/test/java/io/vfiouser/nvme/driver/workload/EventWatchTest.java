package io.vfiouser.nvme.driver.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.vfiouser.nvme.NvmeDevice;
import io.vfiouser.nvme.block.RamBlockDevice;
import io.vfiouser.nvme.driver.DriverOptions;
import io.vfiouser.nvme.driver.NvmeCommand;
import io.vfiouser.nvme.driver.NvmeDriver;
import io.vfiouser.nvme.driver.NvmeTimeoutException;
import io.vfiouser.nvme.spec.FeatureId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EventWatchTest {

    private static final Duration LONG = Duration.ofSeconds(5);
    private static final Duration SHORT = Duration.ofMillis(50);

    private Path folder;
    private NvmeDevice device;

    @BeforeEach
    void serve() throws IOException {
        folder = Files.createTempDirectory("vfu");
        device = NvmeDevice.builder()
                .socket(folder.resolve("s"))
                .namespace(RamBlockDevice.ofSize(1 << 20))
                .start();
    }

    @AfterEach
    void stop() throws IOException {
        device.close();
        Files.deleteIfExists(folder.resolve("s"));
        Files.delete(folder);
    }

    private NvmeDriver connect() {
        return NvmeDriver.connect(
                folder.resolve("s"), DriverOptions.defaults().withQueues(0).withMemoryBytes(0));
    }

    @Test
    void eachRequestBringsItsEventAgainAndAgain() {
        try (NvmeDriver driver = connect()) {
            int threshold = threshold(driver);
            EventWatch watch = EventWatch.start(driver);
            watch.checkEvents(LONG);
            long once = watch.eventsSeen();
            assertThat(once).isGreaterThan(1);
            watch.checkEvents(LONG);
            assertThat(watch.eventsSeen()).isEqualTo(2 * once);
            assertThat(threshold(driver)).isEqualTo(threshold);
        }
    }

    @Test
    void anEventThatDoesNotComeIsMissed() {
        try (NvmeDriver driver = connect()) {
            EventWatch watch = EventWatch.start(driver);
            driver.admin().executeSuccessfully(NvmeCommand.setFeatures(FeatureId.ASYNCHRONOUS_EVENT_CONFIGURATION, 0));
            assertThatExceptionOfType(NvmeTimeoutException.class)
                    .isThrownBy(() -> watch.checkEvents(SHORT))
                    .withMessageContaining("Asynchronous Event Request");
        }
    }

    private static int threshold(NvmeDriver driver) {
        return driver.admin()
                .executeSuccessfully(NvmeCommand.getFeatures(FeatureId.TEMPERATURE_THRESHOLD, FeatureId.SELECT_CURRENT))
                .dw0();
    }
}
