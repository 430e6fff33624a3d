package io.vfiouser.benchmarks.sidebyside;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A process whose lines are read as they come. Every wait has a bound, and a failure says the last lines of what the process printed. One thread,
 * but {@link #close} may be called from another.
 */
final class ChildProcess implements AutoCloseable {

    private static final Duration END_BOUND = Duration.ofSeconds(10);
    private static final Duration LAST_WORDS_BOUND = Duration.ofMillis(500);
    private static final int KEPT_LINES = 12;
    private static final String END_OF_OUTPUT = "\0";

    private final String name;
    private final Process process;
    private final BufferedWriter input;
    private final BlockingQueue<String> output = new LinkedBlockingQueue<>();
    private final Deque<String> lastLines = new ArrayDeque<>();
    private final Consumer<ChildProcess> onClose;
    private final List<Thread> readers;
    private volatile boolean stopped;

    private ChildProcess(String name, Process process, Consumer<ChildProcess> onClose) {
        this.name = name;
        this.process = process;
        this.onClose = onClose;
        this.input = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
        this.readers = List.of(read(process.getInputStream(), true), read(process.getErrorStream(), false));
    }

    static ChildProcess start(String name, List<String> command, Consumer<ChildProcess> onClose) {
        try {
            return new ChildProcess(name, new ProcessBuilder(command).start(), onClose);
        } catch (IOException e) {
            throw new BenchException("cannot start " + name + ": " + e.getMessage(), e);
        }
    }

    private Thread read(InputStream from, boolean isOutput) {
        return Thread.ofPlatform()
                .daemon()
                .name(name + (isOutput ? "-out" : "-err"))
                .start(() -> {
                    try (BufferedReader lines =
                            new BufferedReader(new InputStreamReader(from, StandardCharsets.UTF_8))) {
                        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                            keep(line);
                            if (isOutput) {
                                output.add(line);
                            }
                        }
                    } catch (IOException e) {
                        keep("(" + e.getMessage() + ")");
                    }
                    if (isOutput) {
                        output.add(END_OF_OUTPUT);
                    }
                });
    }

    private void keep(String line) {
        synchronized (lastLines) {
            lastLines.add(line);
            if (lastLines.size() > KEPT_LINES) {
                lastLines.removeFirst();
            }
        }
    }

    String name() {
        return name;
    }

    long pid() {
        return process.pid();
    }

    /** Fails if it has ended. */
    void requireAlive() {
        if (!process.isAlive()) {
            throw failed("ended");
        }
    }

    /** Lets some time pass, less if the process ends. */
    void pause(Duration time) {
        boolean ignored = waitFor(time);
    }

    /** Takes the processor from it, until {@link #resume}: it is as if time stood still for it. */
    void stop() {
        signal("STOP");
        stopped = true;
    }

    /** Lets it go on after {@link #stop}. */
    void resume() {
        signal("CONT");
        stopped = false;
    }

    private void signal(String which) {
        requireAlive();
        if (!sent(which)) {
            throw failed("did not take SIG" + which);
        }
    }

    /** Whether the signal was sent; it cannot be to a process that has ended. */
    private boolean sent(String which) {
        try {
            Process kill = new ProcessBuilder("kill", "-" + which, Long.toString(pid())).start();
            return kill.waitFor(END_BOUND.toMillis(), TimeUnit.MILLISECONDS) && kill.exitValue() == 0;
        } catch (IOException e) {
            throw new BenchException("cannot send SIG" + which + " to " + name + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchException("interrupted", e);
        }
    }

    /** Sends a line. */
    void send(String line) {
        try {
            input.write(line);
            input.newLine();
            input.flush();
        } catch (IOException e) {
            throw failed("takes no more input (" + e.getMessage() + ")");
        }
    }

    /** The next line of output that is wanted; those before it are dropped. */
    String await(Predicate<String> wanted, Duration bound) {
        long end = System.nanoTime() + bound.toNanos();
        while (true) {
            String line = nextLine(end - System.nanoTime());
            if (line == null) {
                throw failed("did not print what was expected within " + bound.toSeconds() + " s");
            }
            if (line.equals(END_OF_OUTPUT)) {
                throw failed("ended");
            }
            if (wanted.test(line)) {
                return line;
            }
        }
    }

    /** Everything that is printed until the process ends by itself, which has to be well. */
    List<String> awaitEnd(Duration bound) {
        List<String> lines = new ArrayList<>();
        long end = System.nanoTime() + bound.toNanos();
        while (true) {
            String line = nextLine(end - System.nanoTime());
            if (line == null) {
                throw failed("did not end within " + bound.toSeconds() + " s");
            }
            if (line.equals(END_OF_OUTPUT)) {
                break;
            }
            lines.add(line);
        }
        if (!waitFor(END_BOUND) || process.exitValue() != 0) {
            throw failed("ended");
        }
        return lines;
    }

    private @Nullable String nextLine(long nanos) {
        try {
            return output.poll(nanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchException("interrupted", e);
        }
    }

    private BenchException failed(String what) {
        boolean ended = waitFor(LAST_WORDS_BOUND);
        if (ended) {
            awaitLastWords();
        }
        String how = ended ? " with exit code " + process.exitValue() : "";
        synchronized (lastLines) {
            String said = lastLines.isEmpty()
                    ? "; it printed nothing"
                    : "; its last lines:\n  " + String.join("\n  ", lastLines);
            return new BenchException(name + " " + what + how + said);
        }
    }

    /** What it said at last is read by threads of their own. */
    private void awaitLastWords() {
        try {
            for (Thread reader : readers) {
                reader.join(LAST_WORDS_BOUND);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean waitFor(Duration bound) {
        try {
            return process.waitFor(bound.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Asks the process to end, and ends it if it does not. */
    @Override
    public void close() {
        process.destroy();
        if (stopped && process.isAlive()) {
            // a stopped process does not see SIGTERM; one that saw it before it was stopped may be gone by now
            boolean ignored = sent("CONT");
        }
        if (!waitFor(END_BOUND)) {
            System.err.println(
                    "bench: " + name + " did not end on SIGTERM within " + END_BOUND.toSeconds() + " s: killed");
            process.destroyForcibly();
            boolean ignored = waitFor(END_BOUND);
        }
        onClose.accept(this);
    }
}
