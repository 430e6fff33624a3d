package io.vfiouser.nvme.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** How long threads of this process have been on a processor, as the system counts it. */
public final class ThreadProcessorTime {
    private ThreadProcessorTime() {}

    /** Nanoseconds of all threads whose names start so; the system knows 15 characters of a name. */
    public static long nanos(String prefix) {
        try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
            return tasks.filter(task -> read(task.resolve("comm")).startsWith(prefix))
                    .map(task -> read(task.resolve("schedstat")).split(" ", -1)[0])
                    .filter(nanos -> !nanos.isEmpty())
                    .mapToLong(Long::parseLong)
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            // The thread has ended.
            return "";
        }
    }
}
