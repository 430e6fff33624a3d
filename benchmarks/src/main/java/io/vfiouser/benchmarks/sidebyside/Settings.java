package io.vfiouser.benchmarks.sidebyside;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How a run is made.
 *
 * @param checkout with {@code device/bin/nvme-vfu} in it, built
 * @param nativeFolder with {@code libvfio-user.so} and {@code nvme-yardstick} in it
 * @param spdkFolder of a built SPDK
 * @param cells that are measured
 * @param rounds of all targets in turn
 * @param warmUp of each measurement, not counted
 * @param duration of each measurement, counted
 * @param openLoop whether latencies at a fixed rate are measured too
 * @param targetCpu processor of the targets, one at a time
 * @param clientCpu processor of the client
 * @param namespaceBytes of the namespace of each target
 */
record Settings(
        Path checkout,
        Path nativeFolder,
        Optional<Path> spdkFolder,
        List<Cell> cells,
        int rounds,
        Duration warmUp,
        Duration duration,
        boolean openLoop,
        int targetCpu,
        int clientCpu,
        long namespaceBytes) {

    Settings {
        int processors = Runtime.getRuntime().availableProcessors();
        if (targetCpu == clientCpu) {
            throw new BenchException(
                    "target and client would share processor " + targetCpu
                            + ": both poll, and the figures would be those of the scheduler. Give them one each, on a machine with two or more");
        }
        if (Math.max(targetCpu, clientCpu) >= processors || Math.min(targetCpu, clientCpu) < 0) {
            throw new BenchException("processors " + targetCpu + " and " + clientCpu
                    + " are wanted, and this program may use " + processors + ": two are needed, numbered from 0");
        }
    }

    /** DMA regions of the cell that has most; 0 if none counts them. */
    int dmaRegions() {
        return cells.stream().mapToInt(Cell::dmaRegions).max().orElse(0);
    }

    /** What the properties file beside the library says of it. */
    String libraryFacts() {
        Path file = nativeFolder.resolve("libvfio-user.properties");
        try {
            StringBuilder facts = new StringBuilder("libvfio-user");
            for (String line : Files.readAllLines(file)) {
                if (line.matches("(source|sourceVersion|abiLevel|compiler)=.*")) {
                    facts.append(", ").append(line.replaceFirst("=", " "));
                }
            }
            return facts.toString();
        } catch (IOException e) {
            return "unknown: no " + file;
        }
    }
}
