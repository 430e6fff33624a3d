package io.vfiouser.benchmarks.sidebyside;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** This project's host driver in a JVM of its own, {@link ClientProcess}, that lives for the whole run. */
final class DriverClient implements Client {

    private static final Duration START_BOUND = Duration.ofSeconds(30);
    private static final Duration GRACE = Duration.ofSeconds(30);
    private static final int FILL_BLOCK = 128 << 10;
    private static final Duration FILL_SLICE = Duration.ofMillis(500);
    private static final int MOST_FILL_SLICES = 60;

    /** For buffers of the largest cells and for queues. */
    private static final long MEMORY_BYTES = 64 << 20;

    private final ChildProcess process;

    DriverClient(Children children, int cpu) {
        process = children.start("client", Target.pinned(cpu, JavaCommand.of(ClientProcess.class)));
        process.await(ClientProcess.READY::equals, START_BOUND);
    }

    @Override
    public String description() {
        return "this project's host driver, polling, in one JVM for all targets";
    }

    @Override
    public void check() {}

    @Override
    public long hugePageBytes() {
        return MEMORY_BYTES;
    }

    @Override
    public boolean paced() {
        return true;
    }

    @Override
    public void fill(Target.Running target, long namespaceBytes) {
        Cell cell = new Cell(Backend.RAM, Mode.WRITE, FILL_BLOCK, 32, 1);
        // a slice starts where the namespace starts, so one of them has to reach its end
        for (int slices = 1; slices <= MOST_FILL_SLICES; slices *= 2) {
            Duration duration = FILL_SLICE.multipliedBy(slices);
            Measurement filled = measure(target, cell, Duration.ZERO, duration, 0);
            if (filled.iops() * duration.toMillis() / 1e3 >= (double) namespaceBytes / FILL_BLOCK) {
                return;
            }
        }
        throw new BenchException(
                Client.at(target.path()) + " did not take " + Size.format(namespaceBytes) + " within 30 s");
    }

    @Override
    public Measurement measure(
            Target.Running target, Cell cell, Duration warmUp, Duration duration, double commandsPerSecond) {
        process.send(new ClientProcess.Task(
                        target.path(),
                        cell.mode(),
                        cell.blockBytes(),
                        cell.depth(),
                        cell.queues(),
                        cell.dmaRegions(),
                        warmUp,
                        duration,
                        commandsPerSecond)
                .toLine());
        String line =
                process.await(l -> l.startsWith("{"), warmUp.plus(duration).plus(GRACE));
        return parse(line);
    }

    static Measurement parse(String line) {
        Map<String, @Nullable Object> facts = Json.object(line);
        if (facts.get(ClientProcess.ERROR) instanceof String error) {
            throw new BenchException("the client failed: " + error);
        }
        Map<String, Double> latencies = new LinkedHashMap<>();
        Map<String, @Nullable Object> nanos = Json.object(facts, "latency_ns");
        for (String name : nanos.keySet()) {
            latencies.put(name, Json.number(nanos, name));
        }
        return new Measurement(
                Json.number(facts, "iops"), Latencies.of(latencies), (long) Json.number(facts, "missed"), 0, 0);
    }

    @Override
    public List<Long> processes() {
        return List.of(process.pid());
    }

    @Override
    public void close() {
        process.close();
    }
}
