package io.vfiouser.benchmarks.sidebyside;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** What drives the targets: one for all of them, for a whole run. */
sealed interface Client extends AutoCloseable permits DriverClient, SpdkPerfClient {

    /** For people. */
    String description();

    /** Fails with a {@link BenchException} that says what is missing on this machine. */
    void check();

    /** Reserved huge pages that it takes if there are enough. */
    long hugePageBytes();

    /** Whether it can issue commands at a fixed rate. */
    boolean paced();

    /** Writes all of a namespace once, so that no read finds pages that do not exist yet. */
    void fill(Target.Running target, long namespaceBytes);

    /**
     * Measures.
     *
     * @param commandsPerSecond of an open loop; 0 for a closed one
     */
    Measurement measure(Target.Running target, Cell cell, Duration warmUp, Duration duration, double commandsPerSecond);

    /** Processes whose processor time is the client's. */
    List<Long> processes();

    @Override
    void close();

    /** The socket or its folder, for a message. */
    static String at(Path path) {
        return "the target at " + path.getFileName();
    }
}
