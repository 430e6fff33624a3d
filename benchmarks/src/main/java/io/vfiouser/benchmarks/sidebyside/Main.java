package io.vfiouser.benchmarks.sidebyside;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures servers beside each other. */
@Command(
        name = "side-by-side",
        description = {
            "Measure NVMe servers beside each other: one at a time on one processor, in turn, with the same client on another"
                    + " processor. Prints the figures, and the ratios of each round with their spread.",
            "",
            "Targets: java (this checkout), java@DIR (another checkout, built), yardstick (the device in C), bare (it does"
                    + " nothing but answer; for null cells), spdk (with --spdk). The last one is what the others are compared"
                    + " with. The same target twice shows the noise."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:measured",
            "1:failed, or something is missing; the cause is on standard error",
            "2:usage error"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  side-by-side",
            "  side-by-side --targets java,java --rounds 5              # how much is noise",
            "  side-by-side --targets java,java@/src/other --cells ram:randread:4K:1,null:randread:4K:32",
            "  side-by-side --cells full --rounds 7 --markdown figures.md --json figures.json",
            "  side-by-side --allocation 20",
            "  side-by-side --targets java,spdk --spdk /src/spdk --cells spdk"
        })
public final class Main implements Callable<Integer> {

    private static final double MUCH_LOAD = 0.3;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before anything is called
    private CommandSpec spec;

    @Option(
            names = "--targets",
            split = ",",
            paramLabel = "NAME",
            description = "What is measured, in turn (java,yardstick; with --spdk java,spdk).")
    private List<String> targets = new ArrayList<>();

    @Option(
            names = "--cells",
            paramLabel = "CELLS",
            description =
                    "quick (default), full, spdk, or cells as ram:randread:4K:32 separated by commas: back end, mode, block,"
                            + " depth, and queues if more than one; then the DMA regions of the client's memory, over"
                            + " which the data are scattered: ram:randread:4K:32:1:1024.")
    private @Nullable String cells;

    @Option(names = "--rounds", paramLabel = "N", description = "Rounds (${DEFAULT-VALUE}).")
    private int rounds = 3;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            description = "Length of each measurement (${DEFAULT-VALUE}); fractions are allowed.")
    private double seconds = 2;

    @Option(
            names = "--warmup",
            paramLabel = "N",
            description =
                    "Seconds of each cell on each target after its start, before any is measured (${DEFAULT-VALUE}); all of it again"
                            + " until 5 have passed. 0 is for none.")
    private double warmUp = 1.5;

    @Option(names = "--no-open-loop", description = "Leave out the latencies at half the rate of the slowest target.")
    private boolean noOpenLoop;

    @Option(names = "--target-cpu", paramLabel = "N", description = "Processor of the targets (${DEFAULT-VALUE}).")
    private int targetCpu;

    @Option(names = "--client-cpu", paramLabel = "N", description = "Processor of the client (${DEFAULT-VALUE}).")
    private int clientCpu = 1;

    @Option(names = "--size", paramLabel = "SIZE", description = "Size of the namespace (${DEFAULT-VALUE}).")
    private String size = "512M";

    @Option(
            names = "--spdk",
            paramLabel = "DIR",
            description = "A built SPDK tree: its target may be measured, and its spdk_nvme_perf is the client of all.")
    private @Nullable Path spdk;

    @Option(
            names = "--allocation",
            paramLabel = "SECONDS",
            description =
                    "Measure nothing else, but what the threads that move data allocate in so many seconds of reads, writes,"
                            + " admin commands and moves between two servers. Fails if it is anything.")
    private @Nullable Integer allocationSeconds;

    @Option(names = "--json", paramLabel = "FILE", description = "Write everything that was measured as JSON.")
    private @Nullable Path json;

    @Option(names = "--markdown", paramLabel = "FILE", description = "Write the tables as Markdown.")
    private @Nullable Path markdown;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help and exit.")
    boolean help;

    Main() {}

    /** Runs the command and ends the process with its exit code. */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        CommandLine line = new CommandLine(new Main());
        line.setUsageHelpWidth(100);
        line.setExecutionExceptionHandler((e, failed, _) -> {
            if (!(e instanceof BenchException)) {
                e.printStackTrace(failed.getErr());
            }
            failed.getErr().println("side-by-side: " + e.getMessage());
            return CommandLine.ExitCode.SOFTWARE;
        });
        return line;
    }

    @Override
    public Integer call() throws IOException {
        Settings settings = settings();
        if (allocationSeconds != null) {
            return allocation(settings, Duration.ofSeconds(allocationSeconds));
        }
        List<Target> all = targets(settings);
        all.forEach(Target::check);
        warnOfLoad();
        Machine machine = Machine.here(settings);
        try (Children children = new Children();
                Client client = client(settings, children)) {
            client.check();
            warnOfPages(settings, all, client);
            Rounds measuring = new Rounds(settings, children, all, client, System.err);
            Report report = new Report(machine, settings, client.description(), measuring.results());
            try {
                measuring.run();
            } catch (BenchException e) {
                if (measuring.results().measured() > 0) {
                    print(report);
                }
                throw e;
            }
            print(report);
        }
        return CommandLine.ExitCode.OK;
    }

    private void print(Report report) throws IOException {
        spec.commandLine().getOut().print(report.text());
        spec.commandLine().getOut().flush();
        if (json != null) {
            Files.writeString(json, report.json() + "\n");
        }
        if (markdown != null) {
            Files.writeString(markdown, report.markdown());
        }
    }

    private int allocation(Settings settings, Duration duration) throws IOException {
        AllocationCheck.Result result;
        try (Children children = new Children()) {
            result = new AllocationCheck(settings, children).run(duration);
        }
        StringBuilder text = new StringBuilder();
        result.table().text(text);
        spec.commandLine().getOut().print(text);
        spec.commandLine().getOut().flush();
        if (json != null) {
            Files.writeString(json, Json.write(result.facts()) + "\n");
        }
        if (result.pollerBytes() == 0) {
            return CommandLine.ExitCode.OK;
        }
        throw new BenchException(String.format(
                Locale.ROOT,
                "threads that move data allocated %.0f bytes, and should have allocated none",
                result.pollerBytes()));
    }

    private Settings settings() {
        if (rounds < 1 || rounds > 1000) {
            throw usage("--rounds must be 1 to 1000");
        }
        if (allocationSeconds != null && (allocationSeconds < 1 || allocationSeconds > 3600)) {
            throw usage("--allocation must be 1 to 3600 seconds");
        }
        if (!(seconds > 0 && seconds <= 3600) || !(warmUp >= 0 && warmUp <= 3600)) {
            throw usage("--seconds must be more than 0, --warmup not negative, and neither more than 3600");
        }
        try {
            long bytes = Size.parse(size);
            if (bytes < 16 << 20 || bytes % (2 << 20) != 0) {
                throw usage("--size must be a multiple of 2M, and 16M at least");
            }
            return new Settings(
                    folder("bench.checkout"),
                    folder("bench.native"),
                    Optional.ofNullable(spdk),
                    Cell.list(cells == null ? (spdk == null ? "quick" : "spdk") : cells),
                    rounds,
                    duration(warmUp),
                    duration(seconds),
                    !noOpenLoop,
                    targetCpu,
                    clientCpu,
                    bytes);
        } catch (IllegalArgumentException e) {
            throw usage(String.valueOf(e.getMessage()));
        }
    }

    private static Path folder(String property) {
        String value = System.getProperty(property);
        if (value == null) {
            throw new BenchException("-D" + property + " is missing: start it by benchmarks/bin/side-by-side");
        }
        return Path.of(value);
    }

    private List<Target> targets(Settings settings) {
        List<String> names = targets.isEmpty() ? List.of("java", spdk == null ? "yardstick" : "spdk") : targets;
        List<Target> all = new ArrayList<>();
        for (String name : names) {
            long before =
                    names.subList(0, all.size()).stream().filter(name::equals).count();
            all.add(target(name, before == 0 ? name : name + "-" + (before + 1), settings));
        }
        return all;
    }

    private Target target(String kind, String name, Settings settings) {
        if (kind.equals("java")) {
            return new JavaTarget(
                    name, settings.checkout(), targetCpu, settings.namespaceBytes(), settings.dmaRegions());
        }
        if (kind.startsWith("java@")) {
            Path checkout = Path.of(kind.substring("java@".length()));
            String shortName = name.replace(checkout.toString(), String.valueOf(checkout.getFileName()));
            return new JavaTarget(shortName, checkout, targetCpu, settings.namespaceBytes(), settings.dmaRegions());
        }
        if (kind.equals("yardstick") || kind.equals("bare")) {
            boolean bare = kind.equals("bare");
            if (bare && settings.cells().stream().anyMatch(cell -> cell.backend() != Backend.NULL)) {
                throw usage(
                        "the target bare moves no data: it goes with null cells only, as in --cells null:randread:4K:1");
            }
            Path program = settings.nativeFolder().resolve("nvme-yardstick");
            return new YardstickTarget(name, program, targetCpu, settings.namespaceBytes(), bare);
        }
        if (kind.equals("spdk")) {
            Path folder = settings.spdkFolder()
                    .orElseThrow(() -> usage("the target spdk needs --spdk DIR, a built SPDK tree"));
            return new SpdkTarget(name, folder, targetCpu, settings.namespaceBytes());
        }
        throw usage("no target " + kind + ": take java, java@DIR, yardstick, bare or spdk");
    }

    private static Client client(Settings settings, Children children) {
        return settings.spdkFolder().isPresent()
                ? new SpdkPerfClient(children, settings.spdkFolder().get(), settings.clientCpu())
                : new DriverClient(children, settings.clientCpu());
    }

    private static void warnOfPages(Settings settings, List<Target> all, Client client) {
        long wanted = client.hugePageBytes();
        for (Target target : all) {
            wanted += settings.cells().stream()
                    .mapToLong(cell -> target.hugePageBytes(cell.backend()))
                    .max()
                    .orElse(0);
        }
        if (HugePagePool.freeBytes() < wanted) {
            System.err.printf(
                    Locale.ROOT,
                    "side-by-side: all at once want %d MiB of reserved huge pages, and %d MiB are free: some will have other pages than"
                            + " others. Use %s, or a smaller --size%n",
                    wanted >> 20,
                    HugePagePool.freeBytes() >> 20,
                    HugePagePool.remedy(wanted));
        }
    }

    private static void warnOfLoad() {
        double load = Machine.loadAverage();
        if (load > MUCH_LOAD) {
            System.err.printf(
                    Locale.ROOT,
                    "side-by-side: the load average is %.2f: if something else runs here, the figures are worth little%n",
                    load);
        }
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private static Duration duration(double inSeconds) {
        return Duration.ofNanos((long) (inSeconds * 1e9));
    }
}
