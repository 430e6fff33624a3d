package io.vfiouser.nvme.cli;

import io.vfiouser.nvme.driver.NamespaceInfo;
import io.vfiouser.nvme.driver.NvmeDriver;
import io.vfiouser.nvme.driver.workload.Mismatch;
import io.vfiouser.nvme.driver.workload.PerfReport;
import io.vfiouser.nvme.driver.workload.PerfSettings;
import io.vfiouser.nvme.driver.workload.VerifyReport;
import io.vfiouser.os.PageSize;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** Results of {@code nvme-vfu io}, for people or as JSON. */
final class IoOutput {

    private static final double MIB = 1 << 20;
    private static final double[] PERCENTILES = {50, 90, 99, 99.9, 99.99};

    private final PrintWriter out;
    private final boolean json;

    IoOutput(PrintWriter out, boolean json) {
        this.out = out;
        this.json = json;
    }

    void hash(NamespaceInfo namespace, String digest, long nanos) {
        if (json) {
            Map<String, Object> facts = new LinkedHashMap<>();
            facts.put("namespace", namespace.id());
            facts.put("bytes", namespace.lengthBytes());
            facts.put("sha256", digest);
            facts.put("seconds", nanos / 1e9);
            facts.put("mib_per_s", namespace.lengthBytes() / MIB / (nanos / 1e9));
            print(facts);
        } else {
            out.printf(Locale.ROOT, "sha256     %s%n", digest);
            out.printf(
                    Locale.ROOT,
                    "namespace  %d, %s in %.2f s, %.0f MiB/s%n",
                    namespace.id(),
                    ByteSize.format(namespace.lengthBytes()),
                    nanos / 1e9,
                    namespace.lengthBytes() / MIB / (nanos / 1e9));
        }
    }

    void load(
            IoMode mode,
            NvmeDriver driver,
            NamespaceInfo namespace,
            int depth,
            PerfSettings settings,
            PerfReport report) {
        if (json) {
            Map<String, Object> facts = new LinkedHashMap<>();
            facts.put("mode", mode.toString());
            facts.put("namespace", namespace.id());
            facts.put("block_bytes", report.transferBytes());
            facts.put("depth", depth);
            facts.put("queues", driver.ioQueueCount());
            facts.put("doorbells", driver.doorbellsMapped() ? "mapped" : "trapped");
            facts.put("memory", pages(driver.memoryPageSize()));
            if (settings.openLoop()) {
                facts.put("rate", settings.commandsPerSecond());
                facts.put("missed", report.missed());
            }
            facts.put("seconds", report.nanos() / 1e9);
            facts.put("commands", report.commands());
            facts.put("reads", report.reads().getTotalCount());
            facts.put("writes", report.writes().getTotalCount());
            facts.put("iops", report.iops());
            facts.put("mib_per_s", report.bytesPerSecond() / MIB);
            facts.put("latency_ns", latencies(report.all()));
            if (report.reads().getTotalCount() > 0 && report.writes().getTotalCount() > 0) {
                facts.put("read_latency_ns", latencies(report.reads()));
                facts.put("write_latency_ns", latencies(report.writes()));
            }
            print(facts);
            return;
        }
        out.printf(
                Locale.ROOT,
                "%s of %s, depth %d, %d queue%s, %.1f s, namespace %d (%s), doorbells %s, memory on %s pages%n",
                mode,
                ByteSize.format(report.transferBytes()),
                depth,
                driver.ioQueueCount(),
                driver.ioQueueCount() == 1 ? "" : "s",
                report.nanos() / 1e9,
                namespace.id(),
                ByteSize.format(namespace.lengthBytes()),
                driver.doorbellsMapped() ? "mapped" : "trapped",
                pages(driver.memoryPageSize()));
        out.printf(
                Locale.ROOT,
                "  IOPS     %.0f  (%d reads, %d writes)%n",
                report.iops(),
                report.reads().getTotalCount(),
                report.writes().getTotalCount());
        if (settings.openLoop()) {
            out.printf(
                    Locale.ROOT,
                    "  rate     %.0f/s, latency from when a command was due; %d could not be issued in time%n",
                    settings.commandsPerSecond(),
                    report.missed());
        }
        out.printf(Locale.ROOT, "  MiB/s    %.1f%n", report.bytesPerSecond() / MIB);
        latencyLine("latency", report.all());
        if (report.reads().getTotalCount() > 0 && report.writes().getTotalCount() > 0) {
            latencyLine("  reads", report.reads());
            latencyLine("  writes", report.writes());
        }
    }

    void verified(String what, VerifyReport report) {
        if (json) {
            Map<String, Object> facts = new LinkedHashMap<>();
            facts.put("mode", what);
            facts.put("block_bytes", report.transferBytes());
            facts.put("seconds", report.nanos() / 1e9);
            facts.put("writes", report.writes());
            facts.put("reads", report.reads());
            facts.put("flushes", report.flushes());
            facts.put("units_checked", report.unitsChecked());
            facts.put("mismatches", report.mismatchCount());
            facts.put(
                    "first_mismatches",
                    report.mismatches().stream().map(Mismatch::toString).toList());
            print(facts);
            return;
        }
        out.printf(
                Locale.ROOT,
                "%s of %s: %d writes, %d reads compared, %d flushes in %.1f s%n",
                what,
                ByteSize.format(report.transferBytes()),
                report.writes(),
                report.reads(),
                report.flushes(),
                report.nanos() / 1e9);
        out.printf(
                Locale.ROOT,
                "  in the end %d written or flushed pieces were read: %s%n",
                report.unitsChecked(),
                report.intact() ? "all held" : report.mismatchCount() + " blocks did not hold");
        report.mismatches().forEach(mismatch -> out.printf(Locale.ROOT, "  %s%n", mismatch));
    }

    private void latencyLine(String title, Histogram histogram) {
        StringBuilder text = new StringBuilder();
        for (double percentile : PERCENTILES) {
            text.append(String.format(
                    Locale.ROOT, "p%s %.1f  ", name(percentile), histogram.getValueAtPercentile(percentile) / 1e3));
        }
        out.printf(Locale.ROOT, "  %-8s %smax %.1f µs%n", title, text, histogram.getMaxValue() / 1e3);
    }

    private static Map<String, Object> latencies(Histogram histogram) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("mean", histogram.getMean());
        for (double percentile : PERCENTILES) {
            values.put("p" + name(percentile), histogram.getValueAtPercentile(percentile));
        }
        values.put("max", histogram.getMaxValue());
        return values;
    }

    private static String pages(PageSize size) {
        return switch (size) {
            case BASE -> "base";
            case TRANSPARENT_HUGE -> "transparent huge";
            case EXPLICIT_HUGE -> "reserved huge";
        };
    }

    private static String name(double percentile) {
        return percentile == Math.rint(percentile) ? String.valueOf((int) percentile) : String.valueOf(percentile);
    }

    private void print(Map<String, Object> facts) {
        out.println(Json.write(facts));
        out.flush();
    }
}
