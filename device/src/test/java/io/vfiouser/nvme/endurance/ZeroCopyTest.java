package io.vfiouser.nvme.endurance;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.NvmeDevice;
import io.vfiouser.nvme.block.BlockChannel;
import io.vfiouser.nvme.block.BlockDevice;
import io.vfiouser.nvme.block.FileBlockDevice;
import io.vfiouser.nvme.block.Operation;
import io.vfiouser.nvme.block.RamBlockDevice;
import io.vfiouser.nvme.block.RecordingBlockDevice;
import io.vfiouser.nvme.block.RecordingBlockDevice.Range;
import io.vfiouser.nvme.block.TestRequest;
import io.vfiouser.nvme.block.Waker;
import io.vfiouser.nvme.driver.DriverOptions;
import io.vfiouser.nvme.driver.NvmeDriver;
import io.vfiouser.nvme.driver.workload.VerifyReport;
import io.vfiouser.nvme.driver.workload.VerifySettings;
import io.vfiouser.nvme.driver.workload.VerifyWorkload;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Data moves between the guest's memory and the back end, with nothing in between: every piece of memory that the back end is
 * handed lies in a mapping of the guest's memory, as the kernel sees it.
 */
@Timeout(60)
class ZeroCopyTest {
    /** The name of the memfd that is the guest's memory. */
    private static final String GUEST_MEMORY = "/memfd:guest";

    @TempDir
    private Path folder;

    @Test
    void aBackEndInRamIsHandedTheGuestsMemory() {
        proveFor(RamBlockDevice.ofSize(8 << 20));
    }

    @Test
    void aBackEndInAFileIsHandedTheGuestsMemory() throws IOException {
        Path image = Files.write(folder.resolve("disk.img"), new byte[8 << 20]);
        proveFor(FileBlockDevice.builder(image).blockSizeBytes(4096).open());
    }

    @Test
    void theProofFailsForMemoryThatIsNotTheGuests() {
        try (Arena arena = Arena.ofConfined();
                RecordingBlockDevice recording =
                        new RecordingBlockDevice(RamBlockDevice.ofSize(4096), ZeroCopyTest::guestMemory)) {
            recording.activate();
            try (BlockChannel channel = recording.openChannel(Waker.NONE)) {
                TestRequest request = new TestRequest().with(arena.allocate(512));
                request.read(0, 1);
                request.run(channel);
            }
            assertThat(recording.strays()).hasSize(1);
        }
    }

    private void proveFor(BlockDevice backEnd) {
        RecordingBlockDevice recording = new RecordingBlockDevice(backEnd, ZeroCopyTest::guestMemory);
        Path socket = folder.resolve("s");
        long transferred = 0;
        try (NvmeDevice device =
                NvmeDevice.builder().namespace(recording).socket(socket).start()) {
            // Sizes of one page, of two PRP entries and of a PRP list.
            for (int transfer : new int[] {4096, 8192, 131_072}) {
                DriverOptions options = DriverOptions.defaults().withDepth(8);
                try (NvmeDriver driver = NvmeDriver.connect(device.socket(), options)) {
                    VerifySettings settings = VerifySettings.of(transfer, Duration.ofMillis(300));
                    VerifyReport report =
                            VerifyWorkload.run(driver, driver.namespaces().getFirst(), settings, (done, total) -> {});
                    assertThat(report.intact()).isTrue();
                    transferred += (report.writes() + report.reads()) * transfer;
                }
            }
        }
        assertThat(recording.strays()).isEmpty();
        assertThat(recording.bytes(Operation.READ)).isPositive();
        assertThat(recording.bytes(Operation.WRITE)).isPositive();
        assertThat(recording.bytes(Operation.READ) + recording.bytes(Operation.WRITE))
                .isGreaterThanOrEqualTo(transferred);
    }

    /** Where this process has mapped the guest's memory at this moment, by the kernel's own list. */
    private static List<Range> guestMemory() {
        try (var lines = Files.lines(Path.of("/proc/self/maps"))) {
            return lines.filter(line -> line.contains(GUEST_MEMORY))
                    .map(ZeroCopyTest::range)
                    .toList();
        } catch (IOException e) {
            throw new AssertionError("cannot read the kernel's list of mappings", e);
        }
    }

    private static Range range(String line) {
        int dash = line.indexOf('-');
        long start = Long.parseUnsignedLong(line, 0, dash, 16);
        long end = Long.parseUnsignedLong(line, dash + 1, line.indexOf(' '), 16);
        return new Range(start, end - start);
    }
}
