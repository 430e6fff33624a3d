package io.vfiouser.nvme.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.vfiouser.abi.VfioUserLibrary;
import io.vfiouser.client.VfioUserErrorReply;
import io.vfiouser.nvme.NvmeDevice;
import io.vfiouser.nvme.block.RamBlockDevice;
import io.vfiouser.nvme.driver.workload.PerfReport;
import io.vfiouser.nvme.driver.workload.PerfSettings;
import io.vfiouser.nvme.driver.workload.PerfSettings.Pattern;
import io.vfiouser.nvme.driver.workload.PerfWorkload;
import io.vfiouser.nvme.driver.workload.Progress;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A guest whose memory is in as many regions as library and server take: more than a table is made at once for, where there is no number compiled in. */
class DmaRegionsTest {
    private static final int PAGE = 4096;
    private static final int BLOCK = 512;
    private static final VfioUserLibrary LIBRARY = VfioUserLibrary.load();
    private static final int REGIONS = LIBRARY.level().dmaRegionLimit(3000);
    private static final long MEMORY = 5L * REGIONS * PAGE / 2;
    private static final long DISK = 16 << 20;

    private Path folder;
    private NvmeDevice device;

    @BeforeEach
    void serve() throws IOException {
        folder = Files.createTempDirectory("vfu");
        device = NvmeDevice.builder()
                .library(LIBRARY)
                .socket(folder.resolve("s"))
                .namespace(RamBlockDevice.ofSize(DISK))
                .dmaRegions(REGIONS)
                .start();
    }

    @AfterEach
    void stop() throws IOException {
        device.close();
        Files.deleteIfExists(folder.resolve("s"));
        Files.delete(folder);
    }

    private NvmeDriver connect(int regions) {
        long memory = Math.max(MEMORY, 2 << 20);
        return NvmeDriver.connect(
                folder.resolve("s"),
                DriverOptions.defaults().withMemoryBytes(memory).withDmaRegions(regions));
    }

    @Test
    void dataGoAcrossTheBordersOfRegions() {
        Random random = new Random(5);
        try (NvmeDriver driver = connect(REGIONS);
                DmaBuffer buffer = driver.allocate(MEMORY)) {
            IoQueue queue = driver.ioQueue(0);
            for (int i = 0; i < 300; i++) {
                int length = BLOCK * (1 + random.nextInt(64));
                long from = 4L * random.nextInt((int) (MEMORY - length) / 4);
                long to = 4L * random.nextInt((int) (MEMORY - length) / 4);
                long lba = random.nextInt((int) ((DISK - length) / BLOCK));
                MemorySegment written = buffer.segment().asSlice(from, length);
                for (long at = 0; at < length; at += Integer.BYTES) {
                    written.set(ValueLayout.JAVA_INT_UNALIGNED, at, random.nextInt());
                }
                byte[] expected = written.toArray(ValueLayout.JAVA_BYTE);
                NvmeCompletion _ = queue.executeSuccessfully(
                        NvmeCommand.write(1, lba, length / BLOCK, false, buffer, from, length));
                NvmeCompletion _ =
                        queue.executeSuccessfully(NvmeCommand.read(1, lba, length / BLOCK, buffer, to, length));
                assertThat(buffer.segment().asSlice(to, length).toArray(ValueLayout.JAVA_BYTE))
                        .isEqualTo(expected);
            }
        }
    }

    @Test
    void aLoadIsScatteredOverAllOfThem() {
        try (NvmeDriver driver = connect(REGIONS)) {
            Duration time = Duration.ofMillis(500);
            PerfSettings settings = new PerfSettings(
                            Pattern.RANDOM_WRITE, PAGE, Duration.ZERO, time, Long.MAX_VALUE, 1, false, 0)
                    .scattered(MEMORY);
            PerfReport report = PerfWorkload.run(driver, driver.namespace(1), settings, Progress.none());
            assertThat(report.commands()).isPositive();
            // Each page of memory had another content: without scattering the disk would have those of one for each
            // command in flight.
            assertThat(distinctPages(driver))
                    .hasSizeGreaterThan(driver.ioQueue(0).depth());
        }
    }

    private static Set<Long> distinctPages(NvmeDriver driver) {
        Set<Long> distinct = new HashSet<>();
        int length = 1 << 20;
        try (DmaBuffer buffer = driver.allocate(length)) {
            for (long lba = 0; lba < DISK / BLOCK; lba += length / BLOCK) {
                NvmeCompletion _ = driver.ioQueue(0)
                        .executeSuccessfully(NvmeCommand.read(1, lba, length / BLOCK, buffer, 0, length));
                for (int at = 0; at < length; at += PAGE) {
                    distinct.add(buffer.segment().get(ValueLayout.JAVA_LONG, at));
                }
            }
        }
        distinct.remove(0L);
        return distinct;
    }

    @Test
    void oneMoreThanTheServerTakesIsRefused() {
        assertThatExceptionOfType(VfioUserErrorReply.class)
                .isThrownBy(() -> connect(REGIONS + 1))
                .withMessageContaining("DMA_MAP");
        try (NvmeDriver driver = connect(REGIONS)) {
            assertThat(driver.ioQueueCount()).isEqualTo(1);
        }
    }

    @Test
    void suchMemoryStaysWhereItIs() {
        try (NvmeDriver driver = connect(2)) {
            assertThatExceptionOfType(IllegalStateException.class)
                    .isThrownBy(driver::guestMemory)
                    .withMessageContaining("several DMA regions");
        }
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        DriverOptions options = DriverOptions.defaults().withMemoryBytes(10 * PAGE);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> options.withDmaRegions(11))
                .withMessageContaining("10");
        assertThatIllegalArgumentException().isThrownBy(() -> options.withDmaRegions(0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> options.withDmaRegions(2).withHugePages(true))
                .withMessageContaining("huge pages");
    }
}
