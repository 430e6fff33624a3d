package io.vfiouser.nvme.cli;

import io.vfiouser.nvme.block.BlockDevice;
import io.vfiouser.nvme.block.FileBlockDevice;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks now and then whether an image has another size, so that an operator can grow it while guests run. A signal would be quicker,
 * but the JVM hands signals to nobody without the unsupported {@code sun.misc.Signal}.
 */
final class SizeWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SizeWatch.class);
    private static final long PERIOD_SECONDS = 2;

    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("size-watch").factory());

    private SizeWatch() {}

    /** Watches those of the back ends that are files. */
    static SizeWatch start(List<BlockDevice> backEnds) {
        SizeWatch watch = new SizeWatch();
        for (BlockDevice backEnd : backEnds) {
            if (backEnd instanceof FileBlockDevice file) {
                var ignored = watch.executor.scheduleWithFixedDelay(
                        () -> look(file), PERIOD_SECONDS, PERIOD_SECONDS, TimeUnit.SECONDS);
            }
        }
        return watch;
    }

    private static void look(FileBlockDevice file) {
        try {
            file.refreshSize();
        } catch (RuntimeException e) {
            LOG.warn("the size of {} cannot be told: {}", file.capabilities().description(), e.getMessage());
        }
    }

    /** Waits for a look that is under way. */
    @Override
    public void close() {
        executor.close();
    }
}
