package io.vfiouser.benchmarks.sidebyside;

import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Makes the measurements of a run, targets in turn. */
final class Rounds {

    private static final int MOST_REPEATS = 2;
    /** Of what the slowest target does in a closed loop. */
    private static final double OPEN_LOOP_SHARE = 0.5;

    private final Settings settings;
    private final Children children;
    private final List<Target> targets;
    private final Client client;
    private final PrintStream progress;
    private final Results results;

    Rounds(Settings settings, Children children, List<Target> targets, Client client, PrintStream progress) {
        this.settings = settings;
        this.children = children;
        this.targets = List.copyOf(targets);
        this.client = client;
        this.progress = progress;
        this.results = new Results(targets.stream().map(Target::name).toList());
    }

    Results run() {
        for (int round = 1; round <= settings.rounds(); round++) {
            copyLoop();
            for (Backend backend : Backend.values()) {
                List<Cell> cells = cells(backend);
                for (Target target : cells.isEmpty() ? List.<Target>of() : targets) {
                    closedLoop(round, target, backend, cells);
                }
            }
        }
        List<Cell> paced = settings.openLoop() && client.paced() ? openLoopCells() : List.of();
        for (int round = 1; round <= settings.rounds() && !paced.isEmpty(); round++) {
            for (Target target : targets) {
                openLoop(round, target, paced);
            }
        }
        return results;
    }

    private List<Cell> cells(Backend backend) {
        return settings.cells().stream().filter(c -> c.backend() == backend).toList();
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

    private void closedLoop(int round, Target target, Backend backend, List<Cell> cells) {
        try (Target.Running running = started(target, backend)) {
            for (Cell cell : cells) {
                Measurement measurement = undisturbed(running, cell, 0);
                results.closed(cell, target.name(), measurement);
                say(round, target, cell.label(), measurement);
            }
        }
    }

    private void openLoop(int round, Target target, List<Cell> cells) {
        try (Target.Running running = started(target, Backend.RAM)) {
            for (Cell cell : cells) {
                double rate = results.slowest(cell) * OPEN_LOOP_SHARE;
                Measurement measurement = undisturbed(running, cell, rate);
                results.open(cell, target.name(), rate, measurement);
                say(round, target, cell.label() + String.format(Locale.ROOT, " at %.0f/s", rate), measurement);
            }
        }
    }

    private Target.Running started(Target target, Backend backend) {
        Target.Running running = target.start(children, backend);
        try {
            if (backend == Backend.RAM) {
                client.fill(running, settings.namespaceBytes());
            }
            return running;
        } catch (RuntimeException e) {
            running.close();
            throw e;
        }
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
        List<Long> ours = new ArrayList<>(client.processes());
        ours.add(running.process().pid());
        ProcessorTime before = ProcessorTime.now(ours);
        Measurement measurement = client.measure(running, cell, settings.warmUp(), settings.duration(), rate);
        return measurement.with(ProcessorTime.now(ours).othersSince(before), 0);
    }

    private void copyLoop() {
        Path yardstick = settings.nativeFolder().resolve("nvme-yardstick");
        if (!Files.isExecutable(yardstick)) {
            return;
        }
        for (int block : new int[] {4 << 10, 128 << 10}) {
            results.copyLoop(CopyLoop.run(
                    children,
                    yardstick,
                    settings.targetCpu(),
                    settings.namespaceBytes(),
                    block,
                    Duration.ofSeconds(1)));
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
