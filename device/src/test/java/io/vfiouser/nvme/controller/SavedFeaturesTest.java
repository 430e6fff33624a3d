package io.vfiouser.nvme.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.block.NullBlockDevice;
import io.vfiouser.nvme.spec.AdminCommand;
import io.vfiouser.nvme.spec.FeatureId;
import io.vfiouser.nvme.spec.IoCommand;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.testing.HeldBlockDevice;
import io.vfiouser.nvme.testing.HostCompletion;
import io.vfiouser.nvme.testing.HostQueue;
import io.vfiouser.nvme.testing.InMemoryGuest;
import io.vfiouser.nvme.testing.NvmeHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Features with the save bit: across resets, and across processes where there is a file. */
class SavedFeaturesTest {
    @TempDir
    private Path folder;

    private static HostCompletion set(NvmeHost host, int feature, boolean save, int nsid, int cdw11) {
        return host.admin()
                .execute(
                        (sq, at, cid) -> AdminCommand.setFeatures(sq, at, cid, nsid, feature, save, cdw11, 0, 0, 0, 0));
    }

    private static int get(NvmeHost host, int feature, int select, int nsid, int cdw11) {
        return (int) host.admin()
                .execute((sq, at, cid) -> AdminCommand.getFeatures(sq, at, cid, nsid, feature, select, cdw11, 0, 0))
                .orThrow()
                .result();
    }

    private static int current(NvmeHost host, int feature) {
        return get(host, feature, FeatureId.SELECT_CURRENT, 0, 0);
    }

    @Test
    void whatIsSavedIsCurrentAtOnceAndAfterEachReset() {
        try (InMemoryGuest guest = InMemoryGuest.mapped(NullBlockDevice.of(1000, 512))) {
            NvmeHost host = new NvmeHost(guest);
            host.enable();
            set(host, FeatureId.INTERRUPT_COALESCING, true, 0, 0x0102).orThrow();
            assertThat(current(host, FeatureId.INTERRUPT_COALESCING)).isEqualTo(0x0102);
            set(host, FeatureId.INTERRUPT_COALESCING, false, 0, 0x0304).orThrow();
            assertThat(current(host, FeatureId.INTERRUPT_COALESCING)).isEqualTo(0x0304);
            assertThat(get(host, FeatureId.INTERRUPT_COALESCING, FeatureId.SELECT_SAVED, 0, 0))
                    .isEqualTo(0x0102);
            assertThat(get(host, FeatureId.INTERRUPT_COALESCING, FeatureId.SELECT_DEFAULT, 0, 0))
                    .isZero();
            host.disable();
            host.enable();
            assertThat(current(host, FeatureId.INTERRUPT_COALESCING)).isEqualTo(0x0102);
            guest.controller().reset();
            guest.settle();
            host.enable();
            assertThat(current(host, FeatureId.INTERRUPT_COALESCING)).isEqualTo(0x0102);
        }
    }

    @Test
    void partsAndNamespacesAreSavedOnTheirOwn() {
        Path file = folder.resolve("settings");
        try (InMemoryGuest guest =
                InMemoryGuest.withSettings(file, NullBlockDevice.of(1000, 512), NullBlockDevice.of(1000, 512))) {
            NvmeHost host = new NvmeHost(guest);
            host.enable();
            set(host, FeatureId.ERROR_RECOVERY, true, -1, 4).orThrow();
            set(host, FeatureId.ERROR_RECOVERY, true, 2, 5).orThrow();
            set(host, FeatureId.INTERRUPT_VECTOR_CONFIGURATION, true, 0, 3 | 1 << 16)
                    .orThrow();
            set(host, FeatureId.TEMPERATURE_THRESHOLD, true, 0, 200 | 1 << 20).orThrow();
        }
        try (InMemoryGuest guest =
                InMemoryGuest.withSettings(file, NullBlockDevice.of(1000, 512), NullBlockDevice.of(1000, 512))) {
            NvmeHost host = new NvmeHost(guest);
            host.enable();
            assertThat(get(host, FeatureId.ERROR_RECOVERY, 0, 1, 0)).isEqualTo(4);
            assertThat(get(host, FeatureId.ERROR_RECOVERY, 0, 2, 0)).isEqualTo(5);
            assertThat(get(host, FeatureId.INTERRUPT_VECTOR_CONFIGURATION, 0, 0, 3))
                    .isEqualTo(3 | 1 << 16);
            assertThat(get(host, FeatureId.INTERRUPT_VECTOR_CONFIGURATION, 0, 0, 4))
                    .isEqualTo(4);
            assertThat(get(host, FeatureId.TEMPERATURE_THRESHOLD, 0, 0, 1 << 20))
                    .isEqualTo(200);
            assertThat(get(host, FeatureId.TEMPERATURE_THRESHOLD, 0, 0, 0)).isEqualTo(Health.WARNING_KELVIN);
        }
    }

    @Test
    void aWriteCacheThatIsSavedAsOffMakesWritesDurableAfterAReset() {
        HeldBlockDevice device = new HeldBlockDevice(1024).releaseAll();
        try (InMemoryGuest guest = InMemoryGuest.mapped(device)) {
            NvmeHost host = new NvmeHost(guest);
            host.enable();
            set(host, FeatureId.VOLATILE_WRITE_CACHE, true, 0, 0).orThrow();
            host.disable();
            host.enable();
            assertThat(current(host, FeatureId.VOLATILE_WRITE_CACHE)).isZero();
            HostQueue queue = host.createQueues(1, 16);
            long buffer = host.allocate(1);
            queue.execute((sq, at, cid) -> IoCommand.write(sq, at, cid, 1, 0, 8, 0, buffer, 0))
                    .orThrow();
            assertThat(device.seen().getLast().durable()).isTrue();
        }
    }

    @Test
    void whatCannotBeSavedIsNotSetEither() throws IOException {
        Path file = folder.resolve("gone").resolve("settings");
        Files.createDirectory(file.getParent());
        try (InMemoryGuest guest = InMemoryGuest.withSettings(file, NullBlockDevice.of(1000, 512))) {
            NvmeHost host = new NvmeHost(guest);
            host.enable();
            Files.delete(file.getParent());
            assertThat(set(host, FeatureId.ARBITRATION, true, 0, 3).status()).isEqualTo(StatusCode.INTERNAL_ERROR);
            assertThat(current(host, FeatureId.ARBITRATION)).isEqualTo(7);
            assertThat(get(host, FeatureId.ARBITRATION, FeatureId.SELECT_SAVED, 0, 0))
                    .isEqualTo(7);
        }
    }

    @Test
    void savedValuesThatCannotBeAreLeftOut() throws IOException {
        Path file = folder.resolve("settings");
        try (InMemoryGuest guest = InMemoryGuest.withSettings(file, NullBlockDevice.of(1000, 512))) {
            NvmeHost host = new NvmeHost(guest);
            host.enable();
            set(host, FeatureId.ARBITRATION, true, 0, 3).orThrow();
        }
        String content = Files.readString(file);
        Files.writeString(
                file,
                content
                        + "controller.1.feature.02.0.0=05000000\n" // a power state that there is not
                        + "controller.1.feature.08.0.0=01\n" // too short
                        + "controller.1.feature.81.0.0=01000000000000000000000000000000\n" // not saveable
                        + "controller.1.feature.0b.0.0=xyz\n"
                        + "controller.1.feature.99999.0.0=00\n"
                        + "rubbish\n");
        try (InMemoryGuest guest = InMemoryGuest.withSettings(file, NullBlockDevice.of(1000, 512))) {
            NvmeHost host = new NvmeHost(guest);
            host.enable();
            assertThat(current(host, FeatureId.ARBITRATION)).isEqualTo(3);
            assertThat(current(host, FeatureId.POWER_MANAGEMENT)).isZero();
            assertThat(current(host, FeatureId.INTERRUPT_COALESCING)).isZero();
            assertThat(current(host, FeatureId.ASYNCHRONOUS_EVENT_CONFIGURATION))
                    .isZero();
        }
    }
}
