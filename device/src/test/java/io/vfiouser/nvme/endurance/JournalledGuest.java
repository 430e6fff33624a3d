package io.vfiouser.nvme.endurance;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.client.MigrationClient;
import io.vfiouser.client.VfioUserClient;
import io.vfiouser.mover.DeviceMove;
import io.vfiouser.mover.MoveOptions;
import io.vfiouser.mover.MoveReport;
import io.vfiouser.mover.MoveTarget;
import io.vfiouser.mover.StepListener;
import io.vfiouser.nvme.driver.NvmeDriver;
import io.vfiouser.nvme.driver.workload.FlushJournal;
import io.vfiouser.nvme.driver.workload.FlushedUnits;
import io.vfiouser.nvme.driver.workload.JournalCheck;
import io.vfiouser.nvme.driver.workload.VerifyReport;
import io.vfiouser.nvme.driver.workload.VerifyRun;
import io.vfiouser.nvme.driver.workload.VerifySettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.awaitility.Awaitility;

/** A guest whose load keeps a journal of what it flushed, and that is moved in the meantime. */
final class JournalledGuest implements AutoCloseable {
    private static final int UNIT_BYTES = 4096;
    private static final long SPAN_BYTES = 2 << 20;
    private static final int FLUSH_EVERY = 16;
    private static final int SOME_UNITS = 64;
    private static final long SOME_COMMANDS = 200;
    private static final int JOURNAL_HEADER_BYTES = 56;
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    /** A machine with much else to do copies slowly; a server that was killed is not waited for long. */
    static final MoveOptions OPTIONS =
            MoveOptions.defaults().withDowntime(Duration.ofSeconds(5)).withPatience(Duration.ofMillis(500));

    private final NvmeDriver driver;
    private final VerifyRun load;
    private final Path journal;
    private boolean closed;

    private JournalledGuest(NvmeDriver driver, VerifyRun load, Path journal) {
        this.driver = driver;
        this.load = load;
        this.journal = journal;
    }

    /** Attaches and begins. */
    static JournalledGuest start(Path socket, Path journal) {
        NvmeDriver driver = NvmeDriver.connect(socket, MovingDisk.DRIVER);
        VerifySettings settings = VerifySettings.of(UNIT_BYTES, Duration.ZERO)
                .withSpanBytes(SPAN_BYTES)
                .withFlushEvery(FLUSH_EVERY)
                .withOneAtDepthOne(true)
                .withCommandTimeout(PATIENCE)
                .withJournal(journal);
        return new JournalledGuest(driver, VerifyRun.start(driver, driver.namespace(1), settings), journal);
    }

    /** Waits until there is something that must not be lost. */
    void awaitFlushes() {
        await("flushes", () -> {
            try {
                return Files.size(journal) > JOURNAL_HEADER_BYTES
                        && FlushJournal.read(journal).flushedUnits() >= SOME_UNITS;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    MoveReport move(Path from, Path to, StepListener listener) {
        return move(from, () -> VfioUserClient.connect(to), OPTIONS, listener);
    }

    MoveReport move(Path from, Supplier<VfioUserClient> to, MoveOptions options, StepListener listener) {
        return new DeviceMove(
                        driver.client(), MoveTarget.local(to), driver.guest(), driver.guestMemory(), options, listener)
                .sourceAgain(() -> VfioUserClient.connect(from))
                .run();
    }

    /** The device's state machine as the mover sees it; the guest must be paused. */
    MigrationClient migration() {
        return driver.client().migration();
    }

    /** Requires that the load works. */
    void requireGoingOn() {
        long before = load.completions();
        await("the load to go on", () -> {
            load.failure().ifPresent(failure -> {
                throw new AssertionError("the load has ended", failure);
            });
            return load.completions() >= before + SOME_COMMANDS;
        });
    }

    /** Ends the load, which must find everything as it has to be. */
    void requireIntact() {
        load.stop();
        VerifyReport report = load.await();
        assertThat(report.mismatches()).isEmpty();
        assertThat(report.intact()).isTrue();
    }

    /** Requires that a side has all that a journal says was flushed. */
    static void requireFlushed(NvmeDriver driver, Path journal) {
        FlushedUnits flushed = FlushJournal.read(journal);
        assertThat(flushed.flushedUnits()).isPositive();
        VerifyReport report = JournalCheck.run(driver, flushed, (done, total) -> {});
        assertThat(report.mismatches()).isEmpty();
        assertThat(report.intact()).isTrue();
        assertThat(report.unitsChecked()).isEqualTo(flushed.flushedUnits());
    }

    static void await(String what, BooleanSupplier condition) {
        Awaitility.await(what)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(5))
                .until(condition::getAsBoolean);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            load.close();
            driver.close();
        }
    }
}
