package io.vfiouser.benchmarks.sidebyside;

import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Makes the measurements of a run, targets in turn. */
final class Rounds {

    private static final int MOST_REPEATS = 2;
    /** Of what the slowest target does in a closed loop. */
    private static final double OPEN_LOOP_SHARE = 0.5;
    /** Before each measurement: caches, and the processor's clock. */
    private static final Duration SETTLE = Duration.ofMillis(300);

    /** For so long a new JVM compiles what it runs, on the processor that its server has. */
    private static final Duration LEAST_WARM_UP = Duration.ofSeconds(5);

    private static final int[] COPY_LOOP_BLOCKS = {4 << 10, 128 << 10};
    private static final Duration COPY_LOOP_DURATION = Duration.ofSeconds(1);

    private final Settings settings;
    private final Children children;
    private final List<Target> targets;
    private final Client client;
    private final PrintStream progress;
    private final Results results;
    private final Map<Cell, Double> openLoopRates = new HashMap<>();

    Rounds(Settings settings, Children children, List<Target> targets, Client client, PrintStream progress) {
        this.settings = settings;
        this.children = children;
        this.targets = List.copyOf(targets);
        this.client = client;
        this.progress = progress;
        this.results = new Results(targets.stream().map(Target::name).toList());
    }

    /** What was measured so far. */
    Results results() {
        return results;
    }

    void run() {
        for (int round = 1; round <= settings.rounds(); round++) {
            copyLoop();
            for (Backend backend : Backend.values()) {
                if (!cells(backend).isEmpty()) {
                    round(round, backend);
                }
            }
        }
    }

    /** All targets are up, and all but the one that is measured are stopped: so two that are compared are measured within seconds. */
    private void round(int round, Backend backend) {
        List<Target.Running> running = new ArrayList<>();
        try {
            for (Target target : targets) {
                running.add(target.start(children, backend));
                running.getLast().process().stop();
            }
            List<Cell> cells = cells(backend);
            running.forEach(each -> warmUp(each, backend, cells));
            for (Cell cell : cells) {
                for (int i = 0; i < targets.size(); i++) {
                    Measurement measurement = undisturbed(running.get(i), cell, 0);
                    results.closed(cell, targets.get(i).name(), measurement);
                    say(round, targets.get(i), cell.label(), measurement);
                }
            }
            if (backend == Backend.RAM && settings.openLoop() && client.paced()) {
                openLoop(round, running);
            }
        } finally {
            running.forEach(Target.Running::close);
        }
    }

    private List<Cell> cells(Backend backend) {
        return settings.cells().stream().filter(c -> c.backend() == backend).toList();
    }

    /** Every kind of command before any is counted, and again while there are few: what is compiled for one alone is not what a server runs. */
    private void warmUp(Target.Running target, Backend backend, List<Cell> cells) {
        target.process().resume();
        if (backend == Backend.RAM) {
            client.fill(target, settings.namespaceBytes());
        }
        long start = System.nanoTime();
        while (!settings.warmUp().isZero()) {
            for (Cell cell : cells) {
                Measurement ignored = client.measure(target, cell, Duration.ZERO, settings.warmUp(), 0);
            }
            if (System.nanoTime() - start >= LEAST_WARM_UP.toNanos()) {
                break;
            }
        }
        target.process().stop();
    }

    private void openLoop(int round, List<Target.Running> running) {
        for (Cell cell : openLoopCells()) {
            double rate = openLoopRates.computeIfAbsent(cell, c -> results.slowest(c) * OPEN_LOOP_SHARE);
            for (int i = 0; i < targets.size(); i++) {
                Measurement measurement = undisturbed(running.get(i), cell, rate);
                results.open(cell, targets.get(i).name(), rate, measurement);
                String what = cell.label() + String.format(Locale.ROOT, " at %.0f/s", rate);
                say(round, targets.get(i), what, measurement);
            }
        }
    }

    /** Random 4K of the greatest depth of each mode: room to catch up after a stall, as many clients together have. */
    private List<Cell> openLoopCells() {
        List<Cell> cells = new ArrayList<>();
        for (Mode mode : List.of(Mode.RANDREAD, Mode.RANDWRITE, Mode.RANDRW)) {
            cells(Backend.RAM).stream()
                    .filter(c -> c.mode() == mode && c.blockBytes() == 4096)
                    .max((a, b) -> Integer.compare(a.depth(), b.depth()))
                    .ifPresent(cells::add);
        }
        return cells;
    }

    /** Measured again while others take processor time; the least disturbed counts. */
    private Measurement undisturbed(Target.Running running, Cell cell, double rate) {
        Measurement best = once(running, cell, rate);
        int repeats = 0;
        while (best.disturbed() && repeats < MOST_REPEATS) {
            repeats++;
            Measurement again = once(running, cell, rate);
            if (again.otherLoad() < best.otherLoad()) {
                best = again;
            }
        }
        return best.with(best.otherLoad(), repeats);
    }

    private Measurement once(Target.Running running, Cell cell, double rate) {
        running.process().resume();
        List<Long> ours = new ArrayList<>(client.processes());
        ours.add(running.process().pid());
        ProcessorTime start = ProcessorTime.now(ours);
        // the open loop was not part of the warm-up, which knew no rate
        Duration before = rate > 0 && settings.warmUp().compareTo(SETTLE) > 0 ? settings.warmUp() : SETTLE;
        Measurement measurement = client.measure(running, cell, before, settings.duration(), rate);
        double otherLoad = ProcessorTime.now(ours).othersSince(start);
        running.process().stop();
        return measurement.with(otherLoad, 0);
    }

    private void copyLoop() {
        Path yardstick = settings.nativeFolder().resolve("nvme-yardstick");
        if (!Files.isExecutable(yardstick)) {
            return;
        }
        for (int block : COPY_LOOP_BLOCKS) {
            results.copyLoop(CopyLoop.run(
                    children, yardstick, settings.targetCpu(), settings.namespaceBytes(), block, COPY_LOOP_DURATION));
        }
    }

    private void say(int round, Target target, String what, Measurement measurement) {
        progress.printf(
                Locale.ROOT,
                "round %d/%d  %-10s %-28s %9.1f k/s  p50 %6.1f  p99 %7.1f  p99.9 %8.1f µs%s%n",
                round,
                settings.rounds(),
                target.name(),
                what,
                measurement.iops() / 1e3,
                measurement.latencies().of("p50") / 1e3,
                measurement.latencies().of("p99") / 1e3,
                measurement.latencies().of("p99.9") / 1e3,
                measurement.disturbed()
                        ? String.format(Locale.ROOT, "  (others kept %.2f processors busy)", measurement.otherLoad())
                        : "");
    }
}
