package io.vfiouser.benchmarks.sidebyside;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** SPDK's own load generator, a process for each measurement. It knows whole seconds, and no open loop. */
final class SpdkPerfClient implements Client {

    private static final Duration GRACE = Duration.ofSeconds(40);
    /** For how long a namespace is filled; the host of a virtual machine may take seconds to give memory that was unused for a while. */
    private static final List<Duration> FILLING = List.of(Duration.ofSeconds(2), Duration.ofSeconds(10));

    private static final int MEMORY_MIB = 256;
    private static final Pattern TOTAL = Pattern.compile("Total\\s*:\\s+([0-9.]+)\\s+([0-9.]+)\\s+([0-9.]+)\\s.*");
    private static final Pattern PERCENTILE = Pattern.compile("\\s*([0-9.]+)% :\\s+([0-9.]+)us\\s*");
    private static final int READ_PERCENT_OF_MIX = Mode.RANDRW.readPercent();

    private final Children children;
    private final Path program;
    private final int cpu;

    SpdkPerfClient(Children children, Path folder, int cpu) {
        this.children = children;
        this.program = folder.resolve("build/bin/spdk_nvme_perf");
        this.cpu = cpu;
    }

    @Override
    public String description() {
        return "spdk_nvme_perf, a process for each measurement";
    }

    @Override
    public void check() {
        if (!Files.isExecutable(program)) {
            throw new BenchException("there is no " + program + ": --spdk (SPDK_DIR) names a built tree");
        }
        HugePagePool.require("spdk_nvme_perf", hugePageBytes());
    }

    @Override
    public long hugePageBytes() {
        return (long) MEMORY_MIB << 20;
    }

    @Override
    public boolean paced() {
        return false;
    }

    @Override
    public void fill(Target.Running target, long namespaceBytes) {
        Cell cell = new Cell(Backend.RAM, Mode.WRITE, 128 << 10, 32, 1);
        double taken = 0;
        for (Duration attempt : FILLING) {
            taken = measure(target, cell, Duration.ZERO, attempt, 0).iops() * attempt.toSeconds() * cell.blockBytes();
            if (taken >= namespaceBytes) {
                return;
            }
        }
        throw new BenchException("%s took %d MiB of %s in %d s"
                .formatted(
                        Client.at(target.path()),
                        (long) taken >> 20,
                        Size.format(namespaceBytes),
                        FILLING.getLast().toSeconds()));
    }

    @Override
    public Measurement measure(
            Target.Running target, Cell cell, Duration warmUp, Duration duration, double commandsPerSecond) {
        if (commandsPerSecond > 0) {
            throw new IllegalArgumentException("spdk_nvme_perf has no open loop here");
        }
        if (cell.dmaRegions() > 0) {
            throw new BenchException("spdk_nvme_perf cannot give its memory in so many DMA regions: leave " + cell
                    + " out, or measure without --spdk");
        }
        List<String> command = new ArrayList<>(List.of(
                program.toString(),
                // one memory file: servers that map guest memory see zeroes otherwise
                "-g",
                // leaves no files in hugetlbfs
                "--env-context=--in-memory",
                "-c",
                "0x" + Long.toHexString(1L << cpu),
                "-s",
                Integer.toString(MEMORY_MIB),
                "-q",
                Integer.toString(cell.depth()),
                "-P",
                Integer.toString(cell.queues()),
                "-o",
                Integer.toString(cell.blockBytes()),
                "-w",
                cell.mode().toString(),
                "-a",
                Long.toString(wholeSeconds(warmUp, 0)),
                "-t",
                Long.toString(wholeSeconds(duration, 1)),
                "-L",
                "-r",
                "trtype:VFIOUSER traddr:" + target.path() + " subnqn:" + SpdkTarget.SUBSYSTEM));
        if (cell.mode() == Mode.RANDRW) {
            command.addAll(List.of("-M", Integer.toString(READ_PERCENT_OF_MIX)));
        }
        Duration bound = warmUp.plus(duration).plus(GRACE);
        try (ChildProcess process = children.start("spdk_nvme_perf", Target.pinned(cpu, command))) {
            return parse(process.awaitEnd(bound));
        }
    }

    private static long wholeSeconds(Duration duration, long least) {
        return Math.max(least, Math.ceilDiv(duration.toMillis(), 1000));
    }

    /** Of what it prints: without a line of totals it has done nothing, whatever its exit code says. */
    static Measurement parse(List<String> lines) {
        double iops = Double.NaN;
        Map<String, Double> latencies = new LinkedHashMap<>();
        for (String line : lines) {
            Matcher total = TOTAL.matcher(line);
            if (total.matches()) {
                iops = Double.parseDouble(total.group(1));
                latencies.put("mean", Double.parseDouble(total.group(3)) * 1e3);
            }
            Matcher percentile = PERCENTILE.matcher(line);
            if (percentile.matches()) {
                latencies.put(
                        Latencies.name(Double.parseDouble(percentile.group(1))),
                        Double.parseDouble(percentile.group(2)) * 1e3);
            }
        }
        if (Double.isNaN(iops)) {
            throw new BenchException("spdk_nvme_perf measured nothing; its last lines:\n  "
                    + String.join("\n  ", lines.subList(Math.max(0, lines.size() - 8), lines.size())));
        }
        return new Measurement(iops, Latencies.of(latencies), 0, 0, 0);
    }

    @Override
    public List<Long> processes() {
        return List.of();
    }

    @Override
    public void close() {}
}
