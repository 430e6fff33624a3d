package io.vfiouser.nvme.endurance;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.client.VfioUserClient;
import io.vfiouser.mover.MoveOptions;
import io.vfiouser.mover.PreCopy;
import io.vfiouser.mover.StepListener;
import io.vfiouser.nvme.cli.migrate.MigrationReport;
import io.vfiouser.nvme.cli.migrate.MoveSeries;
import io.vfiouser.nvme.cli.migrate.NvmeGuest;
import io.vfiouser.nvme.cli.migrate.Outcome;
import io.vfiouser.nvme.cli.migrate.RunOptions;
import io.vfiouser.nvme.cli.migrate.Side;
import io.vfiouser.nvme.cli.migrate.Spread;
import io.vfiouser.nvme.cli.migrate.Verification;
import io.vfiouser.nvme.driver.DriverOptions;
import io.vfiouser.nvme.driver.NvmeDriver;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;

/** The default workload on a controller that moves to and fro between two sockets. */
final class MovingDisk {
    /** Four queues of depth 32, one of which the load uses at depth 1. */
    static final DriverOptions DRIVER = DriverOptions.defaults()
            .withQueues(4)
            .withDepth(32)
            .withMaximumTransferBytes(4096)
            .withMemoryBytes(2 << 20);

    private static final int UNIT_BYTES = 4096;
    private static final long SPAN_BYTES = 8 << 20;
    private static final Duration SETTLE = Duration.ofMillis(60);
    /** So that a machine with much else to do does not end the run because it copies slowly. */
    private static final Duration DOWNTIME = Duration.ofSeconds(5);

    private MovingDisk() {}

    /** Moves so often and requires that nothing was lost, doubled or corrupt; prints what it cost. */
    static void move(String name, Path source, Path destination, DriverOptions driver, PreCopy preCopy, int times) {
        MoveSeries series = new MoveSeries(
                side(source),
                side(destination),
                new RunOptions(
                        times,
                        SETTLE,
                        MoveOptions.defaults().withPreCopy(preCopy).withDowntime(DOWNTIME)),
                "");
        long start = System.nanoTime();
        NvmeDriver attached = NvmeDriver.connect(source, driver);
        MigrationReport report;
        try (NvmeGuest guest =
                NvmeGuest.start(attached, attached.namespace(1), UNIT_BYTES, SPAN_BYTES, driver.interrupts())) {
            report = series.run(guest, StepListener.NONE);
        }
        assertThat(report.outcome()).as(report.reason()).isEqualTo(Outcome.MOVED);
        assertThat(report.moved()).isEqualTo(times);
        Verification found = report.verification().orElseThrow();
        assertThat(found.faults()).isEmpty();
        assertThat(found.intact()).isTrue();
        assertThat(found.unitsChecked()).isPositive();
        assertThat(report.moves())
                .as("the load goes on after each move")
                .allMatch(move -> move.downtimeNanos().isPresent());
        System.out.println(summary(name, report, found, System.nanoTime() - start));
    }

    private static Side side(Path socket) {
        return new Side(socket.getFileName().toString(), () -> VfioUserClient.connect(socket));
    }

    private static String summary(String name, MigrationReport report, Verification found, long nanos) {
        Spread downtime = report.downtime();
        return String.format(
                Locale.ROOT,
                "%s, %s to %s: %d moves in %.1f s, %d writes, %d reads, %d flushes, %d units read back in the end,"
                        + " downtime median %.2f ms, maximum %.2f ms",
                name,
                report.settings().sourceProtocol(),
                report.settings().destinationProtocol(),
                report.moved(),
                nanos / 1e9,
                found.writes(),
                found.reads(),
                found.flushes(),
                found.unitsChecked(),
                downtime.median() / 1e6,
                downtime.maximum() / 1e6);
    }
}
