package io.vfiouser.benchmarks.sidebyside;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;

/**
 * The processes of a run and the folder of their sockets: ended and removed when this is closed, and when the program is ended by Ctrl-C or
 * SIGTERM. Any thread.
 */
final class Children implements AutoCloseable {

    private final Path folder;
    private final Thread hook = Thread.ofPlatform().name("end-children").unstarted(this::endAll);
    private final Deque<ChildProcess> running = new ArrayDeque<>();
    private boolean ended;

    Children() {
        try {
            folder = Files.createTempDirectory("vfu-bench");
        } catch (IOException e) {
            throw new BenchException("cannot make a folder for the sockets: " + e.getMessage(), e);
        }
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** For sockets and files of the run. */
    Path folder() {
        return folder;
    }

    /** Starts a process that ends with this at the latest. */
    ChildProcess start(String name, List<String> command) {
        synchronized (running) {
            if (ended) {
                throw new BenchException("the run is being ended");
            }
            ChildProcess child = ChildProcess.start(name, command, this::forget);
            running.push(child);
            return child;
        }
    }

    private void forget(ChildProcess child) {
        synchronized (running) {
            running.remove(child);
        }
    }

    private void endAll() {
        List<ChildProcess> last;
        synchronized (running) {
            ended = true;
            last = new ArrayList<>(running);
        }
        last.forEach(ChildProcess::close);
        removeFolder();
    }

    private void removeFolder() {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            System.err.println("bench: could not remove " + folder + ": " + e.getMessage());
        }
    }

    @Override
    public void close() {
        try {
            if (!Runtime.getRuntime().removeShutdownHook(hook)) {
                return;
            }
        } catch (IllegalStateException e) {
            // the hook is at it already
            return;
        }
        endAll();
    }
}
