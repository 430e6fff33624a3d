package io.vfiouser.nvme.cli;

import io.vfiouser.nvme.driver.DriverOptions;
import io.vfiouser.nvme.driver.NamespaceInfo;
import io.vfiouser.nvme.driver.NvmeDriver;
import io.vfiouser.nvme.driver.workload.FlushJournal;
import io.vfiouser.nvme.driver.workload.FlushedUnits;
import io.vfiouser.nvme.driver.workload.JournalCheck;
import io.vfiouser.nvme.driver.workload.NamespaceHash;
import io.vfiouser.nvme.driver.workload.PerfReport;
import io.vfiouser.nvme.driver.workload.PerfSettings;
import io.vfiouser.nvme.driver.workload.PerfSettings.Pattern;
import io.vfiouser.nvme.driver.workload.PerfWorkload;
import io.vfiouser.nvme.driver.workload.VerifyReport;
import io.vfiouser.nvme.driver.workload.VerifySettings;
import io.vfiouser.nvme.driver.workload.VerifyWorkload;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code nvme-vfu io}. */
@Command(
        name = "io",
        description = {
            "Attach to a server as a host does, and read, write or verify. Measures IOPS, MiB/s and latency; what writes"
                    + " destroys the content of the namespace and needs --destroy-data.",
            "",
            "verify writes stamped blocks at random, reads them back, flushes in between, and reads everything again in the"
                    + " end. With --journal FILE it records what was flushed; --check FILE later proves that it is"
                    + " still there, whatever became of the server meanwhile."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done; what was verified held",
            "1:failed, or the server went away",
            "2:usage error; nothing was done",
            "4:data read back differ from what was written or flushed"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  nvme-vfu io /run/vm1/nvme0.sock --mode randread --block 4K --depth 32 --queues 2 --seconds 10",
            "  nvme-vfu io /run/vm1/nvme0.sock --mode randread --depth 128 --rate 200000 --warmup 2 --seconds 10",
            "  nvme-vfu io /run/vm1/nvme0.sock --mode read --sha256",
            "  nvme-vfu io /run/vm1/nvme0.sock --mode verify --seconds 10 --journal run.journal --destroy-data",
            "  nvme-vfu io /run/vm1/nvme0.sock --mode verify --check run.journal"
        })
final class IoCommand implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before anything is called
    private CommandSpec spec;

    @Parameters(paramLabel = "PATH", description = "Socket of the server, or the directory it was given.")
    @SuppressWarnings("NullAway.Init") // required: picocli sets it
    private Path path;

    @Option(
            names = "--mode",
            required = true,
            converter = IoMode.Converter.class,
            paramLabel = "MODE",
            description = "One of ${COMPLETION-CANDIDATES}. randrw: seven reads to three writes.")
    @SuppressWarnings("NullAway.Init") // required: picocli sets it
    private IoMode mode;

    @Option(
            names = "--block",
            paramLabel = "SIZE",
            converter = ByteSize.Converter.class,
            description = "Bytes of each command (4K; with --sha256 128K).")
    private @Nullable ByteSize block;

    @Option(names = "--depth", paramLabel = "N", description = "Commands in flight on each queue (${DEFAULT-VALUE}).")
    private int depth = 32;

    @Option(names = "--queues", paramLabel = "N", description = "I/O queues (${DEFAULT-VALUE}).")
    private int queues = 1;

    @Option(names = "--seconds", paramLabel = "N", description = "How long (${DEFAULT-VALUE}); fractions are allowed.")
    private double seconds = 10;

    @Option(names = "--warmup", paramLabel = "N", description = "Seconds of load before anything is counted (0).")
    private double warmUp;

    @Option(
            names = "--rate",
            paramLabel = "IOPS",
            description =
                    "Issue so many commands a second in all, at fixed times, --depth in flight on a queue at most, and count"
                            + " the latency of each from when it was due: no wait is left out because those before it were slow."
                            + " Without it each queue always keeps --depth commands in flight, as fast as it goes.")
    private @Nullable Double rate;

    @Option(names = "--namespace", paramLabel = "ID", description = "Namespace (the first).")
    private int namespaceId;

    @Option(
            names = "--span",
            paramLabel = "SIZE",
            converter = ByteSize.Converter.class,
            description = "Use only so much of the namespace, from its start (all; verify: up to 4G).")
    private @Nullable ByteSize span;

    @Option(names = "--sha256", description = "With --mode read: print the SHA-256 of the whole namespace.")
    private boolean sha256;

    @Option(names = "--journal", paramLabel = "FILE", description = "With --mode verify: record what was flushed.")
    private @Nullable Path journal;

    @Option(
            names = "--check",
            paramLabel = "FILE",
            description = "With --mode verify: write nothing, but check that all that a journal names is still there.")
    private @Nullable Path check;

    @Option(names = "--interrupts", description = "Sleep until an interrupt comes instead of polling for completions.")
    private boolean interrupts;

    @Option(names = "--destroy-data", description = "Allow what overwrites the namespace.")
    private boolean destroyData;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Mixin
    final CommonOptions common = new CommonOptions();

    IoCommand() {}

    @Override
    public Integer call() {
        checkOptions();
        int blockBytes = blockBytes();
        long dataBytes = (long) queues * depth * blockBytes;
        DriverOptions options = DriverOptions.defaults()
                .withQueues(queues)
                .withDepth(depth)
                .withInterrupts(interrupts)
                .withHugePages(true)
                .withMaximumTransferBytes(Math.max(blockBytes + 4095 & -4096, 1 << 20))
                .withMemoryBytes(dataBytes + (1 << 20));
        try (NvmeDriver driver = SocketTarget.attach(path, options)) {
            if (driver.ioQueueCount() < queues) {
                throw new CommandFailure("the controller grants " + driver.ioQueueCount() + " I/O queues, not " + queues
                        + ": use --queues " + driver.ioQueueCount());
            }
            if (check != null) {
                return check(driver, check);
            }
            NamespaceInfo namespace = NamespaceChoice.of(driver, namespaceId);
            try {
                return run(driver, namespace, blockBytes);
            } catch (IllegalArgumentException e) {
                throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()));
            }
        }
    }

    private int run(NvmeDriver driver, NamespaceInfo namespace, int blockBytes) {
        if (sha256) {
            return hash(driver, namespace, blockBytes);
        }
        return mode.pattern().isPresent()
                ? measure(driver, namespace, mode.pattern().get(), blockBytes)
                : verify(driver, namespace, blockBytes);
    }

    private int hash(NvmeDriver driver, NamespaceInfo namespace, int blockBytes) {
        int chunk = Math.min(blockBytes, driver.maximumTransferBytes());
        long start = System.nanoTime();
        String digest;
        try (Terminal.Bar bar = Terminal.progress("hash", " MiB", 1 << 20)) {
            digest = NamespaceHash.sha256(driver, namespace, chunk, bar);
        }
        new IoOutput(spec.commandLine().getOut(), json).hash(namespace, digest, System.nanoTime() - start);
        return ExitCode.OK;
    }

    private int measure(NvmeDriver driver, NamespaceInfo namespace, Pattern pattern, int blockBytes) {
        PerfSettings settings = new PerfSettings(
                pattern,
                blockBytes,
                duration(warmUp),
                duration(seconds),
                span == null ? Long.MAX_VALUE : span.bytes(),
                1,
                interrupts,
                rate == null ? 0 : rate);
        PerfReport report;
        try (Terminal.Bar bar = Terminal.progress(mode.toString(), " s", 1_000_000_000)) {
            report = PerfWorkload.run(driver, namespace, settings, bar);
        }
        new IoOutput(spec.commandLine().getOut(), json).load(mode, driver, namespace, depth, settings, report);
        return ExitCode.OK;
    }

    private int verify(NvmeDriver driver, NamespaceInfo namespace, int blockBytes) {
        VerifySettings settings =
                VerifySettings.of(blockBytes, duration(seconds)).withSleep(interrupts);
        if (journal != null) {
            settings = settings.withJournal(journal);
        }
        if (span != null) {
            settings = settings.withSpanBytes(span.bytes());
        }
        VerifyReport report;
        try (Terminal.Bar bar = Terminal.progress("verify", " s", 1_000_000_000)) {
            report = VerifyWorkload.run(driver, namespace, settings, bar);
        }
        return verified("verify", report);
    }

    private int check(NvmeDriver driver, Path file) {
        FlushedUnits contents = journal(file);
        if (driver.namespaces().stream().noneMatch(n -> n.id() == contents.namespaceId())) {
            throw new CommandFailure("the journal is about namespace " + contents.namespaceId()
                    + ", which the controller does not have");
        }
        VerifyReport report;
        try (Terminal.Bar bar = Terminal.progress("check", " units", 1)) {
            report = JournalCheck.run(driver, contents, bar);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()), e);
        }
        return verified("check", report);
    }

    private int verified(String what, VerifyReport report) {
        new IoOutput(spec.commandLine().getOut(), json).verified(what, report);
        if (report.intact()) {
            return ExitCode.OK;
        }
        throw new CommandFailure(
                ExitCode.DATA_MISMATCH,
                report.mismatchCount() + " blocks do not hold what they have to; the first: "
                        + report.mismatches().getFirst());
    }

    private int blockBytes() {
        if (check != null) {
            return journal(check).unitBytes();
        }
        long bytes = block == null ? (sha256 ? 128 << 10 : 4096) : block.bytes();
        if (bytes < 512 || bytes > 64 << 20 || bytes % 512 != 0) {
            throw usage("--block must be a multiple of 512 bytes between 512 and 64 MiB");
        }
        return (int) bytes;
    }

    private static FlushedUnits journal(Path file) {
        try {
            return FlushJournal.read(file);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()));
        }
    }

    private void checkOptions() {
        if (depth < 1 || depth > 4095) {
            throw usage("--depth must be 1 to 4095");
        }
        if (queues < 1 || queues > 1024) {
            throw usage("--queues must be 1 to 1024");
        }
        if (!(seconds > 0 && seconds <= 1e7) || !(warmUp >= 0 && warmUp <= 1e7)) {
            throw usage("--seconds must be more than 0, and --warmup not negative");
        }
        if (rate != null) {
            checkRate(rate);
        }
        if (sha256 && mode != IoMode.READ) {
            throw usage("--sha256 goes with --mode read only");
        }
        if ((journal != null || check != null) && mode != IoMode.VERIFY) {
            throw usage("--journal and --check go with --mode verify only");
        }
        if (journal != null && check != null) {
            throw usage("--journal writes a journal and --check reads one: give one of them");
        }
        if (mode.writes() && check == null && !destroyData) {
            throw usage("--mode " + mode + " overwrites the namespace: add --destroy-data if that is wanted");
        }
    }

    private void checkRate(double commandsPerSecond) {
        if (!(commandsPerSecond > 0 && commandsPerSecond <= 1e9)) {
            throw usage("--rate must be more than 0 and at most 1e9 commands per second");
        }
        if (mode.pattern().isEmpty() || sha256) {
            throw usage("--rate goes with a mode that measures: randread, randwrite, randrw, read or write");
        }
        if (interrupts) {
            throw usage("--rate polls for completions: leave out --interrupts");
        }
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private static Duration duration(double seconds) {
        return Duration.ofNanos((long) (seconds * 1e9));
    }
}
