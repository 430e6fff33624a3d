package io.vfiouser.benchmarks.sidebyside;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A server that can be measured: one namespace, mapped doorbells, polling, the whole process on one processor. */
sealed interface Target permits JavaTarget, YardstickTarget, SpdkTarget {

    /** The name of a socket in its folder that all clients know. */
    String SOCKET = "cntrl";

    /** For people; what {@code --targets} calls it. */
    String name();

    /** Fails with a {@link BenchException} that says what is missing on this machine. */
    void check();

    /** Reserved huge pages that it takes if there are enough. */
    long hugePageBytes(Backend backend);

    /** Starts it; a client may attach when this returns. */
    Running start(Children children, Backend backend);

    /**
     * A target that runs.
     *
     * @param path the folder of its socket, which is {@code cntrl} there
     */
    record Running(ChildProcess process, Path path) implements AutoCloseable {
        /** Waits until it says that it listens; ends it if it does not in time. */
        static Running listening(ChildProcess process, Path path, Duration bound) {
            try {
                process.await(line -> line.startsWith("listening on "), bound);
            } catch (RuntimeException e) {
                process.close();
                throw e;
            }
            return new Running(process, path);
        }

        @Override
        public void close() {
            process.close();
        }
    }

    /** A folder for the socket of a target, empty. */
    static Path socketFolder(Children children, String name) {
        Path folder = children.folder().resolve(name);
        try {
            Files.createDirectories(folder);
            Files.deleteIfExists(folder.resolve(SOCKET));
        } catch (IOException e) {
            throw new BenchException("cannot make " + folder + ": " + e.getMessage(), e);
        }
        return folder;
    }

    /** A command on one processor, with all threads that it will ever have. */
    static List<String> pinned(int cpu, List<String> command) {
        List<String> all = new ArrayList<>(List.of("taskset", "-c", Integer.toString(cpu)));
        all.addAll(command);
        return all;
    }
}
