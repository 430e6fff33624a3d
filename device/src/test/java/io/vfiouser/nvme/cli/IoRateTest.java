package io.vfiouser.nvme.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.NvmeDevice;
import io.vfiouser.nvme.block.RamBlockDevice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** {@code nvme-vfu io --rate}: the boundary of the open loop. */
class IoRateTest {

    @Test
    void saysRateMissedCommandsAndPages() throws IOException {
        Path folder = Files.createTempDirectory("vfu");
        Path socket = folder.resolve("s");
        try (NvmeDevice _ = NvmeDevice.builder()
                .socket(socket)
                .namespace(RamBlockDevice.ofSize(1 << 20))
                .start()) {
            CommandHere json = CommandHere.run(
                    "io", socket.toString(), "--mode", "randread", "--rate", "2000", "--seconds", "0.1", "--json");
            assertThat(json.exitCode()).as(json.err()).isZero();
            assertThat(json.out()).contains("\"rate\": 2000.0", "\"missed\": ", "\"memory\": \"", "\"p99.99\": ");
            CommandHere text = CommandHere.run(
                    "io", socket.toString(), "--mode", "randread", "--rate", "2000", "--seconds", "0.1");
            assertThat(text.out()).contains("rate     2000/s", "memory on ");
            CommandHere closed =
                    CommandHere.run("io", socket.toString(), "--mode", "randread", "--seconds", "0.1", "--json");
            assertThat(closed.out()).doesNotContain("rate", "missed");
        } finally {
            Files.deleteIfExists(socket);
            Files.delete(folder);
        }
    }
}
