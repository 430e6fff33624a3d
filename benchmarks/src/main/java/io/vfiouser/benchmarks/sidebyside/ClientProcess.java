package io.vfiouser.benchmarks.sidebyside;

import io.vfiouser.nvme.driver.DriverOptions;
import io.vfiouser.nvme.driver.NvmeDriver;
import io.vfiouser.nvme.driver.workload.PerfReport;
import io.vfiouser.nvme.driver.workload.PerfSettings;
import io.vfiouser.nvme.driver.workload.PerfWorkload;
import io.vfiouser.nvme.driver.workload.Progress;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * The client's JVM: takes a {@link Task} a line from standard input, attaches, runs it, detaches, and prints what came of it as one line of
 * JSON. Ends with its input, and so with whoever started it. The same load as {@code nvme-vfu io}, without a new JVM each time.
 */
final class ClientProcess {

    static final String READY = "ready";
    static final String ERROR = "error";

    private ClientProcess() {}

    /** One measurement; everything as {@link PerfSettings} and {@link Cell} have it. */
    record Task(
            Path path,
            Mode mode,
            int blockBytes,
            int depth,
            int queues,
            int dmaRegions,
            Duration warmUp,
            Duration duration,
            double commandsPerSecond) {

        private static final String SEPARATOR = "\t";

        boolean scattered() {
            return dmaRegions > 0;
        }

        String toLine() {
            return String.join(
                    SEPARATOR,
                    path.toString(),
                    mode.toString(),
                    Integer.toString(blockBytes),
                    Integer.toString(depth),
                    Integer.toString(queues),
                    Integer.toString(dmaRegions),
                    Long.toString(warmUp.toNanos()),
                    Long.toString(duration.toNanos()),
                    Double.toString(commandsPerSecond));
        }

        static Task ofLine(String line) {
            String[] parts = line.split(SEPARATOR, -1);
            if (parts.length != 9) {
                throw new IllegalArgumentException("no task: " + line);
            }
            return new Task(
                    Path.of(parts[0]),
                    Mode.of(parts[1]),
                    Integer.parseInt(parts[2]),
                    Integer.parseInt(parts[3]),
                    Integer.parseInt(parts[4]),
                    Integer.parseInt(parts[5]),
                    Duration.ofNanos(Long.parseLong(parts[6])),
                    Duration.ofNanos(Long.parseLong(parts[7])),
                    Double.parseDouble(parts[8]));
        }
    }

    public static void main(String[] arguments) throws IOException {
        System.out.println(READY);
        try (BufferedReader tasks = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = tasks.readLine(); line != null; line = tasks.readLine()) {
                System.out.println(Json.write(answer(line)));
            }
        }
    }

    private static Map<String, ?> answer(String line) {
        try {
            return run(Task.ofLine(line));
        } catch (RuntimeException e) {
            return Map.of(ERROR, String.valueOf(e));
        }
    }

    private static Map<String, Object> run(Task task) {
        DriverOptions options =
                DriverOptions.defaults().withQueues(task.queues()).withDepth(task.depth());
        options = task.scattered()
                ? options.withMemoryBytes(Cell.SCATTER_BYTES).withDmaRegions(task.dmaRegions())
                : options.withHugePages(true)
                        .withMemoryBytes((long) task.queues() * task.depth() * task.blockBytes() + (1 << 20));
        try (NvmeDriver driver = NvmeDriver.connect(task.path(), options)) {
            if (!driver.doorbellsMapped() || driver.ioQueueCount() < task.queues()) {
                throw new IllegalStateException(
                        "the controller has no mapped doorbells, or fewer queues than " + task.queues());
            }
            PerfReport report = PerfWorkload.run(
                    driver,
                    driver.namespaces().getFirst(),
                    new PerfSettings(
                            task.mode().pattern(),
                            task.blockBytes(),
                            task.warmUp(),
                            task.duration(),
                            Long.MAX_VALUE,
                            1,
                            false,
                            task.commandsPerSecond(),
                            task.scattered() ? Cell.SCATTER_BYTES : 0),
                    Progress.none());
            return facts(driver, report);
        }
    }

    private static Map<String, Object> facts(NvmeDriver driver, PerfReport report) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("iops", report.iops());
        facts.put("missed", report.missed());
        facts.put("memory", driver.memoryPageSize().name());
        Histogram all = report.all();
        Map<String, Object> latencies = new LinkedHashMap<>();
        latencies.put("mean", all.getMean());
        for (double percentile : Latencies.PERCENTILES) {
            latencies.put(Latencies.name(percentile), all.getValueAtPercentile(percentile));
        }
        latencies.put("max", all.getMaxValue());
        facts.put("latency_ns", latencies);
        return facts;
    }
}
