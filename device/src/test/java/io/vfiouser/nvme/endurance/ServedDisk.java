package io.vfiouser.nvme.endurance;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.driver.DmaBuffer;
import io.vfiouser.nvme.driver.DriverOptions;
import io.vfiouser.nvme.driver.IoQueue;
import io.vfiouser.nvme.driver.NvmeDriver;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** What a client does to find out that it is served. */
final class ServedDisk {
    private static final int BYTES = 4096;

    private ServedDisk() {}

    /** Attaches, writes, reads back, and detaches. */
    static void use(Path socket, Duration patience) {
        DriverOptions options = DriverOptions.defaults()
                .withMemoryBytes(1 << 20)
                .withMaximumTransferBytes(65_536)
                .withTimeout(patience);
        try (NvmeDriver driver = NvmeDriver.connect(socket, options);
                DmaBuffer written = driver.allocate(BYTES);
                DmaBuffer read = driver.allocate(BYTES)) {
            int id = driver.namespaces().getFirst().id();
            int blocks = BYTES / driver.namespaces().getFirst().blockBytes();
            long stamp = System.nanoTime();
            written.segment().set(ValueLayout.JAVA_LONG, 8, stamp);
            IoQueue queue = driver.ioQueue(0);
            transfer(queue, () -> queue.write(id, 0, blocks, written.iova(), BYTES, false, 0));
            transfer(queue, () -> queue.read(id, 0, blocks, read.iova(), BYTES, 0));
            assertThat(read.segment().get(ValueLayout.JAVA_LONG, 8)).isEqualTo(stamp);
        }
    }

    private static void transfer(IoQueue queue, BooleanSupplier submit) {
        assertThat(submit.getAsBoolean()).isTrue();
        int[] status = {-1};
        while (status[0] < 0) {
            queue.await((tag, statusField, result) -> status[0] = statusField, Duration.ofMillis(100));
        }
        assertThat(status[0]).isZero();
    }
}
