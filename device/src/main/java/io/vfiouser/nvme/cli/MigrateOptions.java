package io.vfiouser.nvme.cli;

import io.vfiouser.mover.MoveOptions;
import io.vfiouser.mover.PreCopy;
import io.vfiouser.nvme.cli.migrate.RunOptions;
import io.vfiouser.nvme.migration.StorageMode;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** How {@code nvme-vfu migrate} moves. */
final class MigrateOptions {

    private static final int MIB = 1 << 20;
    private static final int LONGEST_DOWNTIME_MILLIS = 60_000;
    private static final int MOST_TIMES = 1_000_000;

    @Option(
            names = "--precopy",
            description =
                    "Copy memory and content while the guest works, and stop it for the rest only. Without it, the"
                            + " guest stands still for all of it.")
    private boolean preCopy;

    @Option(
            names = "--storage",
            paramLabel = "MODE",
            converter = StorageConverter.class,
            description =
                    "What both servers were started with: copy (default), the content moves in the stream; shared, both"
                            + " reach the same medium.")
    private StorageMode storage = StorageMode.COPY;

    @Option(
            names = "--rate",
            paramLabel = "MIB_PER_S",
            description = "Copy at most so much while the guest works (no limit).")
    private @Nullable Integer rate;

    @Option(
            names = "--downtime",
            paramLabel = "MS",
            description = "Stop the guest once what is left takes no longer than this (${DEFAULT-VALUE}).")
    private int downtime = 300;

    @Option(
            names = "--times",
            paramLabel = "N",
            description = "Move so often, there and back again (${DEFAULT-VALUE}).")
    private int times = 1;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            description =
                    "Let the guest work so long before the first move and after each (${DEFAULT-VALUE}); fractions are"
                            + " allowed.")
    private double seconds = 1;

    @Option(
            names = "--save-state",
            paramLabel = "FILE",
            description = "Keep the device's stream of the last move, for nvme-vfu state.")
    private @Nullable Path saveState;

    /** What becomes of the content. */
    StorageMode storage() {
        return storage;
    }

    void check(CommandSpec spec) {
        if (rate != null && (rate < 1 || rate > MIB)) {
            throw usage(spec, "--rate must be 1 to " + MIB + " MiB/s");
        }
        if (rate != null && !preCopy) {
            throw usage(spec, "--rate limits what is copied while the guest works: it goes with --precopy");
        }
        if (downtime < 1 || downtime > LONGEST_DOWNTIME_MILLIS) {
            throw usage(spec, "--downtime must be 1 to " + LONGEST_DOWNTIME_MILLIS + " ms");
        }
        if (times < 1 || times > MOST_TIMES) {
            throw usage(spec, "--times must be 1 to " + MOST_TIMES);
        }
        if (!(seconds >= 0 && seconds <= 1e6)) {
            throw usage(spec, "--seconds must not be negative");
        }
        OutputFile.check(spec, "--save-state", saveState);
    }

    /**
     * The options in the mover's terms.
     *
     * @param unused whether nobody uses the device. Any device may be meant then, and some give their state out only once, so that only
     *     memory is copied before it stops
     */
    RunOptions run(boolean unused) {
        MoveOptions move = MoveOptions.defaults()
                .withPreCopy(
                        !preCopy
                                ? PreCopy.NONE
                                : unused || storage == StorageMode.SHARED ? PreCopy.MEMORY : PreCopy.MEMORY_AND_STATE)
                .withDowntime(Duration.ofMillis(downtime));
        if (rate != null) {
            move = move.withLiveBytesPerSecond((long) rate * MIB);
        }
        if (saveState != null) {
            move = move.withKeepStream(saveState);
        }
        return new RunOptions(times, Duration.ofNanos((long) (seconds * 1e9)), move);
    }

    private static ParameterException usage(CommandSpec spec, String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    /** Takes and names the modes in lower case. */
    static final class StorageConverter extends LowerCaseEnum<StorageMode> {
        StorageConverter() {
            super(StorageMode.class);
        }
    }
}
