package io.vfiouser.nvme.endurance;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.mover.MoveOutcome;
import io.vfiouser.nvme.NvmeDevice;
import io.vfiouser.nvme.block.BlockDevice;
import io.vfiouser.nvme.block.CancelResult;
import io.vfiouser.nvme.block.RamBlockDevice;
import io.vfiouser.nvme.driver.DriverOptions;
import io.vfiouser.nvme.driver.NvmeDriver;
import io.vfiouser.nvme.driver.NvmeProtocolException;
import io.vfiouser.nvme.driver.NvmeTimeoutException;
import io.vfiouser.nvme.driver.workload.EventWatch;
import io.vfiouser.nvme.driver.workload.VerifyReport;
import io.vfiouser.nvme.driver.workload.VerifyRun;
import io.vfiouser.nvme.driver.workload.VerifySettings;
import io.vfiouser.nvme.endurance.MoveFault.Found;
import io.vfiouser.nvme.migration.StorageMode;
import io.vfiouser.nvme.testing.HeldBlockDevice;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What shows that moves lose nothing is able to show that they do: each fault is found within three moves, and without a fault the same moves
 * are found to be right.
 */
@Tag("alone")
@Timeout(120)
class VerifierFindsFaultsTest {
    private static final int MOVES = 3;
    /** There is not at every moment something to do wrong. */
    private static final int MOST_MOVES = 20;

    private static final int DISK_BYTES = 1 << 20;
    private static final int BLOCK_BYTES = 512;
    private static final int UNIT_BYTES = 4096;
    private static final int RELEASED_AT_ONCE = 4;
    /** Fewer than the disk has units, so that most of what a read finds was written before the first move. */
    private static final int SPAN_BYTES = 512 << 10;

    private static final long FIRST_COMMANDS = 500;
    private static final long SOME_COMMANDS = 150;
    private static final Duration PATIENCE = Duration.ofMillis(1500);
    private static final Duration LONG = Duration.ofSeconds(30);

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource(names = {"NONE", "DATA_MARK_SKIPPED", "COMPLETION_POSTED_TWICE"})
    void isFoundWithinThreeMoves(MoveFault fault) {
        requireFound(fault);
    }

    /** Those that show by a command that never ends, which takes its time. */
    @Tag("soak")
    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"NONE", "DATA_MARK_SKIPPED", "COMPLETION_POSTED_TWICE", "HELD_COMMAND_DROPPED"})
    void isFoundWithinThreeMovesByWaiting(MoveFault fault) {
        requireFound(fault);
    }

    private void requireFound(MoveFault fault) {
        Medium medium = new Medium(
                StorageMode.COPY, () -> new SlowReads(RamBlockDevice.ofSize(DISK_BYTES)), () -> {}, () -> {});
        assertThat(found(fault, medium)).isEqualTo(fault.found());
    }

    /** A back end that lets nothing complete during a move and gives every command back. */
    @ParameterizedTest
    @EnumSource(names = {"NONE", "HELD_COMMAND_DROPPED"})
    void isFoundWithinThreeMovesWhereCommandsAreTakenBack(MoveFault fault) {
        HeldBlockDevice held = new HeldBlockDevice(DISK_BYTES / BLOCK_BYTES);
        held.answers(wanted -> CancelResult.CANCELLED);
        Medium medium =
                new Medium(StorageMode.SHARED, () -> held, () -> held.release(RELEASED_AT_ONCE), held::releaseAll);
        assertThat(found(fault, medium)).isEqualTo(fault.found());
        assertThat(held.cancelled()).isPositive();
    }

    /**
     * What is behind both sides.
     *
     * @param goOn called again and again while commands are waited for
     * @param end called before the sides are closed
     */
    private record Medium(StorageMode storage, Supplier<BlockDevice> device, Runnable goOn, Runnable end) {}

    private Found found(MoveFault fault, Medium medium) {
        Path source = folder.resolve("a");
        Path destination = folder.resolve("b");
        DriverOptions options = DriverOptions.defaults()
                .withQueues(4)
                .withDepth(16)
                .withMaximumTransferBytes(UNIT_BYTES)
                .withMemoryBytes(1 << 20);
        VerifySettings settings = VerifySettings.of(UNIT_BYTES, Duration.ZERO)
                .withSpanBytes(SPAN_BYTES)
                .withFlushEvery(32)
                .withOneAtDepthOne(true)
                .withCommandTimeout(PATIENCE);
        try (NvmeDevice _ = serve(source, medium, false);
                NvmeDevice _ = serve(destination, medium, true);
                NvmeDriver driver = NvmeDriver.connect(source, options)) {
            EventWatch events = EventWatch.start(driver);
            try (VerifyRun load = VerifyRun.start(driver, driver.namespace(1), settings)) {
                return moveAndLook(driver, load, events, fault, medium.goOn());
            } finally {
                medium.end().run();
            }
        }
    }

    private static NvmeDevice serve(Path socket, Medium medium, boolean incoming) {
        return NvmeDevice.builder()
                .namespace(medium.device().get())
                .storage(medium.storage())
                .socket(socket)
                .incoming(incoming)
                .start();
    }

    private Found moveAndLook(NvmeDriver driver, VerifyRun load, EventWatch events, MoveFault fault, Runnable goOn) {
        int wrong = 0;
        for (int i = 0; i < MOST_MOVES && wrong < MOVES; i++) {
            awaitCommands(i == 0 ? FIRST_COMMANDS : SOME_COMMANDS, load, goOn);
            FaultyMove move = new FaultyMove(driver, folder.resolve(i % 2 == 0 ? "b" : "a"), fault);
            assertThat(move.run().outcome()).isEqualTo(new MoveOutcome.Moved());
            if (move.injected() || fault == MoveFault.NONE) {
                wrong++;
            }
            try {
                events.checkEvents(PATIENCE);
            } catch (NvmeTimeoutException e) {
                return Found.EVENT_MISSED;
            }
            if (!load.faults().none()) {
                break;
            }
        }
        assertThat(wrong).as("moves with the fault").isPositive();
        return result(load, goOn);
    }

    private static void awaitCommands(long count, VerifyRun load, Runnable goOn) {
        long before = load.completions();
        Awaitility.await().atMost(LONG).pollInterval(Duration.ofMillis(1)).until(() -> {
            goOn.run();
            return load.completions() > before + count || load.failure().isPresent();
        });
    }

    private static Found result(VerifyRun load, Runnable goOn) {
        load.stop();
        CompletableFuture<VerifyReport> end = CompletableFuture.supplyAsync(load::await);
        Awaitility.await().atMost(LONG).pollInterval(Duration.ofMillis(1)).until(() -> {
            goOn.run();
            return end.isDone();
        });
        try {
            VerifyReport report = end.join();
            return report.intact() ? Found.NOTHING : Found.CORRUPT;
        } catch (CompletionException e) {
            return switch (e.getCause()) {
                case NvmeTimeoutException _ -> Found.LOST;
                case NvmeProtocolException _ -> Found.UNASKED_FOR;
                default -> throw e;
            };
        }
    }
}
