package io.vfiouser.benchmarks.sidebyside;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Stream;

/** All that was measured: for each cell and target one measurement per round, in the order of the rounds. */
final class Results {

    private final List<String> targets;
    private final SequencedMap<Cell, Map<String, List<Measurement>>> closed = new LinkedHashMap<>();
    private final SequencedMap<Cell, Map<String, List<Measurement>>> open = new LinkedHashMap<>();
    private final Map<Cell, Double> rates = new LinkedHashMap<>();
    private final SequencedMap<Integer, List<CopyLoop.Result>> copyLoop = new LinkedHashMap<>();

    Results(List<String> targets) {
        this.targets = List.copyOf(targets);
    }

    /** In the order in which they take turns. */
    List<String> targets() {
        return targets;
    }

    void closed(Cell cell, String target, Measurement measurement) {
        add(closed, cell, target, measurement);
    }

    void open(Cell cell, String target, double commandsPerSecond, Measurement measurement) {
        rates.put(cell, commandsPerSecond);
        add(open, cell, target, measurement);
    }

    void copyLoop(CopyLoop.Result result) {
        copyLoop.computeIfAbsent(result.blockBytes(), _ -> new ArrayList<>()).add(result);
    }

    private static void add(
            Map<Cell, Map<String, List<Measurement>>> to, Cell cell, String target, Measurement measurement) {
        to.computeIfAbsent(cell, _ -> new LinkedHashMap<>())
                .computeIfAbsent(target, _ -> new ArrayList<>())
                .add(measurement);
    }

    List<Cell> closedCells() {
        return List.copyOf(closed.keySet());
    }

    List<Cell> openCells() {
        return List.copyOf(open.keySet());
    }

    List<Measurement> closed(Cell cell, String target) {
        return closed.getOrDefault(cell, Map.of()).getOrDefault(target, List.of());
    }

    List<Measurement> open(Cell cell, String target) {
        return open.getOrDefault(cell, Map.of()).getOrDefault(target, List.of());
    }

    double rate(Cell cell) {
        return rates.getOrDefault(cell, 0.0);
    }

    List<Integer> copyLoopBlocks() {
        return List.copyOf(copyLoop.keySet());
    }

    List<CopyLoop.Result> copyLoop(int blockBytes) {
        return copyLoop.getOrDefault(blockBytes, List.of());
    }

    /** What the slowest target does in a cell; not a number if it was not measured. */
    double slowest(Cell cell) {
        return targets.stream()
                .mapToDouble(target -> Measurement.statistics(closed(cell, target), Measurement::iops)
                        .median())
                .min()
                .orElse(Double.NaN);
    }

    long disturbed() {
        return measurements().filter(Measurement::disturbed).count();
    }

    long measured() {
        return measurements().count();
    }

    private Stream<Measurement> measurements() {
        return Stream.of(closed, open)
                .flatMap(map -> map.values().stream())
                .flatMap(byTarget -> byTarget.values().stream())
                .flatMap(List::stream);
    }
}
