package io.vfiouser.benchmarks.sidebyside;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * What a run came to, as tables that read as text and as Markdown, and as JSON. Each other target is compared with the last one: the ratio of
 * IOPS is better above 1, those of latencies below 1.
 */
final class Report {

    private static final String RAM = "With memory behind the controller (closed loop)";
    private static final String NULL =
            "With nothing behind the controller: what the path costs, and the ceiling of the client (closed loop)";
    private static final List<String> COMPARED = List.of("p50", "p99", "p99.9", "p99.99");

    private final Machine machine;
    private final Settings settings;
    private final String client;
    private final Results results;

    Report(Machine machine, Settings settings, String client, Results results) {
        this.machine = machine;
        this.settings = settings;
        this.client = client;
        this.results = results;
    }

    String text() {
        StringBuilder out = new StringBuilder();
        sections().forEach(section -> section.text(out));
        return out.toString();
    }

    String markdown() {
        StringBuilder out = new StringBuilder();
        sections().forEach(section -> section.markdown(out));
        return out.toString();
    }

    private List<Table> sections() {
        List<Table> tables = new ArrayList<>();
        tables.add(run());
        for (Backend backend : Backend.values()) {
            List<Cell> cells = results.closedCells().stream()
                    .filter(c -> c.backend() == backend)
                    .toList();
            if (!cells.isEmpty()) {
                String title = backend == Backend.RAM ? RAM : NULL;
                tables.add(figures(title, cells));
                tables.add(latencies(title + ": latencies, µs", cells, false));
                if (results.targets().size() > 1) {
                    tables.add(ratios(title, cells, false));
                }
            }
        }
        if (!results.openCells().isEmpty()) {
            String title = "At half the rate of the slowest (open loop, latency from when a command was due)";
            tables.add(latencies(title + ": latencies, µs", results.openCells(), true));
            if (results.targets().size() > 1) {
                tables.add(ratios(title, results.openCells(), true));
            }
        }
        if (!results.copyLoopBlocks().isEmpty()) {
            tables.add(copyLoop());
        }
        return tables;
    }

    private Table run() {
        Table table = new Table("Run", List.of("", ""));
        machine.facts().forEach(table::row);
        table.row("client", client);
        table.row(
                "measurements",
                String.format(
                        Locale.ROOT,
                        "%d rounds, in each all started anew: %s in turn; each cell %.1f s to warm up, then %.1f s"
                                + " counted; namespace of %s",
                        settings.rounds(),
                        String.join(", ", results.targets()),
                        settings.warmUp().toMillis() / 1e3,
                        settings.duration().toMillis() / 1e3,
                        Size.format(settings.namespaceBytes())));
        table.row(
                "disturbed",
                results.disturbed() == 0
                        ? "none of " + results.measured()
                        : results.disturbed() + " of " + results.measured()
                                + " measurements, by other processes: THESE FIGURES ARE WORTH LITTLE, run it on an"
                                + " idle machine");
        return table;
    }

    private Table figures(String title, List<Cell> cells) {
        List<String> head = new ArrayList<>(List.of("k IOPS, median (lowest to highest)"));
        head.addAll(results.targets());
        Table table = new Table(title, head);
        for (Cell cell : cells) {
            List<String> row = new ArrayList<>(List.of(cell.label()));
            for (String target : results.targets()) {
                row.add(spread(Measurement.statistics(results.closed(cell, target), m -> m.iops() / 1e3), "%.0f"));
            }
            table.row(row);
        }
        return table;
    }

    private Table latencies(String title, List<Cell> cells, boolean open) {
        List<String> head = new ArrayList<>(List.of("median of rounds", "target"));
        for (double percentile : Latencies.PERCENTILES) {
            head.add(Latencies.name(percentile));
        }
        head.add("max");
        head.addAll(open ? List.of("rate, k/s", "missed") : List.of());
        Table table = new Table(title, head);
        for (Cell cell : cells) {
            for (String target : results.targets()) {
                List<Measurement> all = open ? results.open(cell, target) : results.closed(cell, target);
                List<String> row = new ArrayList<>(List.of(cell.label(), target));
                for (String name : head.subList(2, 3 + Latencies.PERCENTILES.length)) {
                    row.add(number(
                            Measurement.statistics(all, m -> m.latencies().of(name) / 1e3)
                                    .median(),
                            "%.1f"));
                }
                if (open) {
                    row.add(number(results.rate(cell) / 1e3, "%.0f"));
                    row.add(number(
                            Measurement.statistics(all, m -> (double) m.missed())
                                    .median(),
                            "%.0f"));
                }
                table.row(row);
            }
        }
        return table;
    }

    private Table ratios(String title, List<Cell> cells, boolean open) {
        String base = results.targets().getLast();
        List<String> head = new ArrayList<>(List.of("ratio within a round, median (lowest to highest)", "target"));
        if (!open) {
            head.add("IOPS");
        }
        head.addAll(COMPARED);
        Table table = new Table(title + ": ratio to " + base, head);
        for (Cell cell : cells) {
            for (String target : results.targets().subList(0, results.targets().size() - 1)) {
                List<String> row = new ArrayList<>(List.of(cell.label(), target));
                if (!open) {
                    row.add(spread(ratio(cell, target, open, Measurement::iops), "%.2f"));
                }
                for (String name : COMPARED) {
                    row.add(spread(ratio(cell, target, open, m -> m.latencies().of(name)), "%.2f"));
                }
                table.row(row);
            }
        }
        return table;
    }

    /** Of the rounds in which neither was disturbed, if there are any. */
    private Statistics ratio(Cell cell, String target, boolean open, ToDoubleFunction<Measurement> value) {
        String base = results.targets().getLast();
        return open
                ? Measurement.ratio(results.open(cell, target), results.open(cell, base), value)
                : Measurement.ratio(results.closed(cell, target), results.closed(cell, base), value);
    }

    private Table copyLoop() {
        List<String> head =
                new ArrayList<>(List.of("bare copy loop on the targets' processor", "k copies/s", "GiB/s", "pages"));
        List<Cell> cells = results.closedCells().stream()
                .filter(c ->
                        c.backend() == Backend.RAM && results.copyLoopBlocks().contains(c.blockBytes()))
                .toList();
        Table table = new Table("Bare copy loop", head);
        for (int block : results.copyLoopBlocks()) {
            List<CopyLoop.Result> loops = results.copyLoop(block);
            Statistics speed = Statistics.of(loops, CopyLoop.Result::copiesPerSecond);
            table.row(List.of(
                    Size.format(block),
                    number(speed.median() / 1e3, "%.0f"),
                    number(speed.median() * block / (1 << 30), "%.1f"),
                    loops.getFirst().pages()));
            for (Cell cell : cells) {
                for (String target : cell.blockBytes() == block ? results.targets() : List.<String>of()) {
                    double iops = Measurement.statistics(results.closed(cell, target), Measurement::iops)
                            .median();
                    table.row(List.of(
                            "  " + target + ", " + cell.label(),
                            number(iops / 1e3, "%.0f"),
                            number(iops * block / (1 << 30), "%.1f"),
                            number(iops / speed.median() * 100, "%.0f %%")));
                }
            }
        }
        return table;
    }

    private static String spread(Statistics statistics, String format) {
        if (statistics.count() == 1) {
            return String.format(Locale.ROOT, format, statistics.median());
        }
        return statistics.known()
                ? String.format(
                        Locale.ROOT,
                        format + " (" + format + " to " + format + ")",
                        statistics.median(),
                        statistics.minimum(),
                        statistics.maximum())
                : "–";
    }

    private static String number(double value, String format) {
        return Double.isNaN(value) ? "–" : String.format(Locale.ROOT, format, value);
    }

    String json() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("machine", machine.facts());
        all.put("client", client);
        all.put("rounds", settings.rounds());
        all.put("warm_up_s", settings.warmUp().toNanos() / 1e9);
        all.put("seconds", settings.duration().toNanos() / 1e9);
        all.put("namespace_bytes", settings.namespaceBytes());
        all.put("targets", results.targets());
        all.put("disturbed", results.disturbed());
        all.put("closed_loop", cellFacts(results.closedCells(), false));
        all.put("open_loop", cellFacts(results.openCells(), true));
        List<Object> loops = new ArrayList<>();
        for (int block : results.copyLoopBlocks()) {
            Map<String, Object> loop = new LinkedHashMap<>();
            loop.put("block_bytes", block);
            loop.put("pages", results.copyLoop(block).getFirst().pages());
            loop.put(
                    "copies_per_s",
                    Statistics.of(results.copyLoop(block), CopyLoop.Result::copiesPerSecond)
                            .facts());
            loops.add(loop);
        }
        all.put("copy_loop", loops);
        return Json.write(all);
    }

    private List<Object> cellFacts(List<Cell> cells, boolean open) {
        List<Object> all = new ArrayList<>();
        for (Cell cell : cells) {
            Map<String, Object> facts = new LinkedHashMap<>();
            facts.put("cell", cell.toString());
            if (open) {
                facts.put("rate", results.rate(cell));
            }
            Map<String, Object> measured = new LinkedHashMap<>();
            for (String target : results.targets()) {
                List<Measurement> each = open ? results.open(cell, target) : results.closed(cell, target);
                measured.put(target, each.stream().map(Measurement::facts).toList());
            }
            facts.put("measurements", measured);
            Map<String, Object> ratios = new LinkedHashMap<>();
            for (String target : results.targets().subList(0, results.targets().size() - 1)) {
                Map<String, Object> ratio = new LinkedHashMap<>();
                ratio.put("iops", ratio(cell, target, open, Measurement::iops).facts());
                for (String name : COMPARED) {
                    ratio.put(
                            name,
                            ratio(cell, target, open, m -> m.latencies().of(name))
                                    .facts());
                }
                ratios.put(target, ratio);
            }
            facts.put("ratios_to_" + results.targets().getLast(), ratios);
            all.add(facts);
        }
        return all;
    }
}
