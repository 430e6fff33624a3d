package io.vfiouser.nvme.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.driver.DriverOptions;
import io.vfiouser.nvme.driver.NvmeCommand;
import io.vfiouser.nvme.driver.NvmeDriver;
import io.vfiouser.nvme.endurance.ServerProcess;
import io.vfiouser.nvme.spec.FeatureId;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Saved values of features outlive the host and the server; each controller of a subsystem has its own. Base 2.1, section 4.4. */
class SavedFeaturesAcrossProcessesTest {
    private static final int SAVED_KELVIN = 0x150;
    private static final int UNSAVED_COALESCING = 0x0203;

    @TempDir
    private Path folder;

    private static int get(NvmeDriver driver, int feature, int select) {
        return driver.admin()
                .executeSuccessfully(NvmeCommand.getFeatures(feature, select))
                .dw0();
    }

    private static NvmeDriver attach(Path socket) {
        return NvmeDriver.connect(socket, DriverOptions.defaults().withQueues(1));
    }

    private ServerProcess serve(Path first, Path second) throws Exception {
        ServerProcess server = ServerProcess.start(
                first,
                "--socket",
                second.toString(),
                "--ram",
                "1M",
                "--settings",
                folder.resolve("settings").toString());
        server.awaitCount(2, line -> line.contains("listening on"));
        return server;
    }

    @Test
    void whatIsSavedIsThereAgainAndWhatIsNotIsGone() throws Exception {
        Path first = folder.resolve("a");
        Path second = folder.resolve("b");
        int defaultKelvin;
        try (ServerProcess server = serve(first, second)) {
            try (NvmeDriver driver = attach(first)) {
                defaultKelvin = get(driver, FeatureId.TEMPERATURE_THRESHOLD, FeatureId.SELECT_DEFAULT);
                assertThat(defaultKelvin).isNotEqualTo(SAVED_KELVIN);
                driver.admin()
                        .executeSuccessfully(
                                NvmeCommand.setFeatures(FeatureId.TEMPERATURE_THRESHOLD, SAVED_KELVIN, true));
                driver.admin()
                        .executeSuccessfully(
                                NvmeCommand.setFeatures(FeatureId.INTERRUPT_COALESCING, UNSAVED_COALESCING));
                assertThat(get(driver, FeatureId.INTERRUPT_COALESCING, FeatureId.SELECT_CURRENT))
                        .isEqualTo(UNSAVED_COALESCING);
            }
            assertKept(first);
            try (NvmeDriver other = attach(second)) {
                assertThat(get(other, FeatureId.TEMPERATURE_THRESHOLD, FeatureId.SELECT_CURRENT))
                        .as("the other controller's own")
                        .isEqualTo(defaultKelvin);
            }
            assertThat(server.terminate()).isZero();
        }
        try (ServerProcess again = serve(first, second)) {
            assertKept(first);
            assertThat(again.terminate()).isZero();
        }
    }

    private static void assertKept(Path socket) {
        try (NvmeDriver driver = attach(socket)) {
            assertThat(get(driver, FeatureId.TEMPERATURE_THRESHOLD, FeatureId.SELECT_CURRENT))
                    .isEqualTo(SAVED_KELVIN);
            assertThat(get(driver, FeatureId.TEMPERATURE_THRESHOLD, FeatureId.SELECT_SAVED))
                    .isEqualTo(SAVED_KELVIN);
            assertThat(get(driver, FeatureId.INTERRUPT_COALESCING, FeatureId.SELECT_CURRENT))
                    .isZero();
        }
    }
}
