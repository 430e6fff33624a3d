package io.vfiouser.abi;

import java.util.Locale;

/** The operating system and architecture of this process, as files and resources are named after them. */
final class Platform {
    private Platform() {}

    /** {@code x86_64}, {@code aarch64}, or what the JVM calls it. */
    static String architecture() {
        String arch = System.getProperty("os.arch", "unknown");
        return arch.equals("amd64") ? "x86_64" : arch;
    }

    /** {@code linux}, or what the JVM calls it. */
    static String operatingSystem() {
        return System.getProperty("os.name", "unknown").toLowerCase(Locale.ROOT).replace(' ', '-');
    }

    /** {@code linux-x86_64}: the folder of a bundled library. */
    static String folder() {
        return operatingSystem() + "-" + architecture();
    }

    /** Debian's folder name for libraries of this architecture. */
    static String multiarch() {
        return architecture() + "-linux-gnu";
    }
}
