package io.vfiouser.benchmarks.sidebyside;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The pool of huge pages that an administrator reserved. */
final class HugePagePool {

    private static final Path MEMORY = Path.of("/proc/meminfo");

    private HugePagePool() {}

    static long freeBytes() {
        return field("HugePages_Free") * pageBytes();
    }

    static long pageBytes() {
        return field("Hugepagesize") << 10;
    }

    /** Fails if it has less than that free. */
    static void require(String who, long bytes) {
        if (freeBytes() < bytes) {
            throw new BenchException(who + " needs " + (bytes >> 20) + " MiB of reserved huge pages, and "
                    + (freeBytes() >> 20) + " MiB are free: " + remedy(bytes));
        }
    }

    /** How to reserve more. */
    static String remedy(long bytes) {
        long missing = Math.ceilDiv(bytes - freeBytes(), Math.max(1, pageBytes()));
        return "sysctl -w vm.nr_hugepages=" + (field("HugePages_Total") + missing);
    }

    private static long field(String name) {
        try {
            for (String line : Files.readAllLines(MEMORY)) {
                if (line.startsWith(name + ":")) {
                    return Long.parseLong(line.replaceAll("[^0-9]", ""));
                }
            }
        } catch (IOException | NumberFormatException e) {
            // Without /proc/meminfo nothing is known of huge pages: as if there were none.
            return 0;
        }
        return 0;
    }
}
