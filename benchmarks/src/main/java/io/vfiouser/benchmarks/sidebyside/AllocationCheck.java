package io.vfiouser.benchmarks.sidebyside;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the threads that move data allocate while a host reads and writes, sends admin commands, and the device moves between two servers: bytes, from
 * when everything was done a few times to the end of the run.
 */
final class AllocationCheck {

    private static final Duration BOUND = Duration.ofSeconds(60);
    /** Small, since all of it is copied at each move. */
    private static final long NAMESPACE_BYTES = 64 << 20;

    private final Settings settings;
    private final Children children;

    AllocationCheck(Settings settings, Children children) {
        this.settings = settings;
        this.children = children;
    }

    /**
     * What came of it.
     *
     * @param did what the load did, in numbers
     * @param firstHalf bytes allocated in the first half of the counted time, by server and thread: what was executed for the first time only now is
     *     linked by the JVM on the thread that comes to it
     * @param allocatedBytes in the second half, which is what counts
     */
    record Result(Map<String, Double> did, Map<String, Double> firstHalf, Map<String, Double> allocatedBytes) {

        /** Of the threads that move data. */
        double pollerBytes() {
            return allocatedBytes.entrySet().stream()
                    .filter(entry -> entry.getKey().contains(AllocationReport.POLLER))
                    .mapToDouble(Map.Entry::getValue)
                    .sum();
        }

        Map<String, Object> facts() {
            Map<String, Object> facts = new LinkedHashMap<>(did);
            facts.put("poller_bytes", pollerBytes());
            facts.put("first_half_bytes", firstHalf);
            facts.put("allocated_bytes", allocatedBytes);
            return facts;
        }

        Table table() {
            Table table = new Table(
                    "Bytes allocated by threads that move data, with admin commands and moves going on",
                    List.of("", ""));
            did.forEach((what, count) -> table.row(what.replace('_', ' '), String.format(Locale.ROOT, "%.0f", count)));
            allocatedBytes.entrySet().stream()
                    .filter(entry -> entry.getKey().contains(AllocationReport.POLLER))
                    .forEach(entry -> table.row(
                            entry.getKey(),
                            String.format(
                                    Locale.ROOT,
                                    "%.0f bytes, before that %.0f",
                                    entry.getValue(),
                                    firstHalf.getOrDefault(entry.getKey(), 0.0))));
            return table;
        }
    }

    Result run(Duration duration) {
        Path source = Target.socketFolder(children, "source");
        Path destination = Target.socketFolder(children, "destination");
        List<ChildProcess> started = new ArrayList<>();
        try {
            ChildProcess from = server(started, source, "serving");
            ChildProcess to = server(started, destination, "incoming");
            ChildProcess load = children.start(
                    "load",
                    Target.pinned(
                            settings.clientCpu(),
                            JavaCommand.of(
                                    AllocationLoad.class,
                                    source.toString(),
                                    destination.toString(),
                                    Long.toString(duration.toSeconds()))));
            started.addFirst(load);
            String ignored = load.await(AllocationLoad.WARM::equals, BOUND);
            Map<String, Double> before = ask(from, to);
            load.send("");
            load.pause(duration.dividedBy(2));
            Map<String, Double> middle = ask(from, to);
            Map<String, Double> did = numbers(load.await(line -> line.startsWith("{"), duration.plus(BOUND)));
            Map<String, Double> after = ask(from, to);
            return new Result(did, growth(before, middle), growth(middle, after));
        } finally {
            started.forEach(ChildProcess::close);
        }
    }

    private static Map<String, Double> growth(Map<String, Double> from, Map<String, Double> to) {
        Map<String, Double> growth = new LinkedHashMap<>(to);
        growth.replaceAll((thread, bytes) -> bytes - from.getOrDefault(thread, 0.0));
        return growth;
    }

    private ChildProcess server(List<ChildProcess> started, Path folder, String how) {
        ChildProcess process = children.start(
                String.valueOf(folder.getFileName()),
                Target.pinned(
                        settings.targetCpu(),
                        JavaCommand.of(
                                AllocationReport.class, folder.toString(), Long.toString(NAMESPACE_BYTES), how)));
        started.add(process);
        String ignored = process.await(line -> line.startsWith("listening on "), BOUND);
        return process;
    }

    private static Map<String, Double> ask(ChildProcess from, ChildProcess to) {
        Map<String, Double> all = new LinkedHashMap<>();
        for (ChildProcess each : List.of(from, to)) {
            each.send("");
            numbers(each.await(line -> line.startsWith("{"), BOUND))
                    .forEach((thread, bytes) -> all.put(each.name() + " " + thread, bytes));
        }
        return all;
    }

    private static Map<String, Double> numbers(String line) {
        Map<String, @Nullable Object> facts = Json.object(line);
        Map<String, Double> numbers = new LinkedHashMap<>();
        facts.keySet().forEach(name -> numbers.put(name, Json.number(facts, name)));
        return numbers;
    }
}
