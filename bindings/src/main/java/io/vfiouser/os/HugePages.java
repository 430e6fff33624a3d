package io.vfiouser.os;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What this machine offers in huge pages. */
final class HugePages {
    private static final long FALLBACK_BYTES = 2L << 20;
    private static final Path TRANSPARENT = Path.of("/sys/kernel/mm/transparent_hugepage/enabled");
    private static final Path TRANSPARENT_SHARED = Path.of("/sys/kernel/mm/transparent_hugepage/shmem_enabled");
    private static final Path MEMORY = Path.of("/proc/meminfo");

    /** The default huge page size in bytes. */
    static final long BYTES = defaultBytes();

    private HugePages() {}

    /** Whether the kernel honours a request for transparent huge pages at all. */
    static boolean transparentAllowed() {
        try {
            return !Files.readString(TRANSPARENT).contains("[never]");
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether the kernel honours such a request for files in memory too. */
    static boolean transparentAllowedInFiles() {
        try {
            String choice = Files.readString(TRANSPARENT_SHARED);
            return !choice.contains("[never]") && !choice.contains("[deny]");
        } catch (IOException e) {
            return false;
        }
    }

    private static long defaultBytes() {
        try {
            for (String line : Files.readAllLines(MEMORY)) {
                if (line.startsWith("Hugepagesize:")) {
                    String digits = line.replaceAll("[^0-9]", "");
                    return Long.parseLong(digits) << 10;
                }
            }
        } catch (IOException | NumberFormatException e) {
            // A kernel without huge pages, or a /proc that hides them: the common size is as good a guess as any.
            return FALLBACK_BYTES;
        }
        return FALLBACK_BYTES;
    }

    static long roundUp(long bytes) {
        return Math.addExact(bytes, BYTES - 1) & -BYTES;
    }
}
