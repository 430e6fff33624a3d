package io.vfiouser.benchmarks.sidebyside;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/** What the figures were taken on. */
record Machine(SequencedMap<String, String> facts) {

    static Machine here(Settings settings) {
        SequencedMap<String, String> facts = new LinkedHashMap<>();
        facts.put("processor", field("/proc/cpuinfo", "model name"));
        facts.put("processors", Integer.toString(Runtime.getRuntime().availableProcessors()));
        facts.put("processor of targets", Integer.toString(settings.targetCpu()));
        facts.put("processor of the client", Integer.toString(settings.clientCpu()));
        facts.put("kernel", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        facts.put("memory", field("/proc/meminfo", "MemTotal"));
        facts.put(
                "huge pages",
                field("/proc/meminfo", "HugePages_Total") + " of " + field("/proc/meminfo", "Hugepagesize")
                        + " reserved, " + field("/proc/meminfo", "HugePages_Free") + " free");
        facts.put("transparent huge pages", chosen("/sys/kernel/mm/transparent_hugepage/enabled"));
        facts.put("transparent huge pages, shared memory", chosen("/sys/kernel/mm/transparent_hugepage/shmem_enabled"));
        facts.put("Java", System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"));
        facts.put("library", settings.libraryFacts());
        facts.put("load before the run", read("/proc/loadavg"));
        return new Machine(facts);
    }

    /** Load average over a minute. */
    static double loadAverage() {
        String text = read("/proc/loadavg");
        return text.equals("unknown") ? 0 : Double.parseDouble(text.substring(0, text.indexOf(' ')));
    }

    private static String field(String file, String name) {
        for (String line : lines(file)) {
            int colon = line.indexOf(':');
            if (colon > 0 && line.substring(0, colon).strip().equals(name)) {
                return line.substring(colon + 1).strip();
            }
        }
        return "unknown";
    }

    /** The word in brackets. */
    private static String chosen(String file) {
        String text = read(file);
        int open = text.indexOf('[');
        int close = text.indexOf(']');
        return open >= 0 && close > open ? text.substring(open + 1, close) : text;
    }

    private static String read(String file) {
        List<String> lines = lines(file);
        return lines.isEmpty() ? "unknown" : lines.getFirst();
    }

    private static List<String> lines(String file) {
        try {
            return Files.readAllLines(Path.of(file));
        } catch (IOException e) {
            return List.of();
        }
    }
}
