package io.vfiouser.benchmarks.sidebyside;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A server that can be measured: one namespace, mapped doorbells, polling, the whole process on one processor. */
sealed interface Target permits JavaTarget, YardstickTarget, SpdkTarget {

    /** For people; what {@code --targets} calls it. */
    String name();

    /** Fails with a {@link BenchException} that says what is missing on this machine. */
    void check();

    /** Starts it; a client may attach when this returns. */
    Running start(Children children, Backend backend);

    /**
     * A target that runs.
     *
     * @param path its socket, or the folder of it
     */
    record Running(ChildProcess process, Path path) implements AutoCloseable {
        @Override
        public void close() {
            process.close();
        }
    }

    /** A command on one processor, with all threads that it will ever have. */
    static List<String> pinned(int cpu, List<String> command) {
        List<String> all = new ArrayList<>(List.of("taskset", "-c", Integer.toString(cpu)));
        all.addAll(command);
        return all;
    }
}
