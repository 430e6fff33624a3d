package io.vfiouser.benchmarks.startup;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The command line of this checkout as a process, one at a time. */
public final class NvmeVfu {
    private static final long PATIENCE_SECONDS = 30;
    private static final String LAUNCHER = "device/bin/nvme-vfu";
    private static final String RESIDENT = "VmRSS:";

    private final Path launcher;
    private final boolean aotCache;
    private Optional<Process> running = Optional.empty();

    private NvmeVfu(Path launcher, boolean aotCache) {
        this.launcher = launcher;
        this.aotCache = aotCache;
    }

    /**
     * The launcher of the checkout that {@code -Dvfiouser.checkout} names, or of the one the working folder is in.
     *
     * @throws IllegalStateException if there is none, or it was not built
     */
    public static NvmeVfu ofThisCheckout(boolean aotCache) {
        Path launcher = checkout()
                .map(folder -> folder.resolve(LAUNCHER))
                .orElseThrow(() -> new IllegalStateException(
                        LAUNCHER + " is nowhere above the working folder: name a checkout with -Dvfiouser.checkout"));
        if (!isBuilt(launcher)) {
            throw new IllegalStateException(launcher + " has nothing to run: run 'make build' first");
        }
        return new NvmeVfu(launcher, aotCache);
    }

    /** Whether {@link #ofThisCheckout} finds a launcher that was built. */
    public static boolean isBuilt() {
        return checkout().map(folder -> isBuilt(folder.resolve(LAUNCHER))).orElse(false);
    }

    private static boolean isBuilt(Path launcher) {
        return Files.isDirectory(launcher.resolveSibling("../target/lib"));
    }

    private static Optional<Path> checkout() {
        String named = System.getProperty("vfiouser.checkout");
        if (named != null) {
            return Optional.of(Path.of(named));
        }
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            if (Files.isExecutable(folder.resolve(LAUNCHER))) {
                return Optional.of(folder);
            }
        }
        return Optional.empty();
    }

    /** Runs a command to its end, which has to be a success. */
    public void run(String... arguments) throws IOException {
        Process process = start(arguments);
        try (BufferedReader output = reader(process)) {
            long ignored = output.lines().count();
        }
        requireSuccess(process);
        running = Optional.empty();
    }

    /** Starts a command and returns when it has printed a line that begins so. */
    public void startUntil(String line, String... arguments) throws IOException {
        BufferedReader output = reader(start(arguments));
        for (String read = output.readLine(); read != null; read = output.readLine()) {
            if (read.startsWith(line)) {
                return;
            }
        }
        throw new IllegalStateException("it ended before it said '" + line + "'");
    }

    /** Resident memory of what is running. */
    public long residentKib() throws IOException {
        long pid = running.orElseThrow().pid();
        for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
            if (line.startsWith(RESIDENT)) {
                return Long.parseLong(line.replaceAll("\\D", ""));
            }
        }
        throw new IllegalStateException("the system does not tell the resident memory of process " + pid);
    }

    /** Ends what is running by SIGTERM, if anything is; it has to end with success. */
    public void end() {
        if (running.isPresent()) {
            Process process = running.get();
            running = Optional.empty();
            process.destroy();
            requireSuccess(process);
        }
    }

    private Process start(String... arguments) throws IOException {
        List<String> words = new ArrayList<>(List.of(launcher.toString()));
        words.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.INHERIT);
        String library = System.getProperty("vfiouser.library");
        if (library != null) {
            builder.environment().putIfAbsent("VFIO_USER_LIBRARY", library);
        }
        if (!aotCache) {
            builder.environment().merge("NVME_VFU_JAVA_OPTS", "-XX:AOTMode=off", (before, more) -> before + " " + more);
        }
        Process process = builder.start();
        running = Optional.of(process);
        return process;
    }

    private static BufferedReader reader(Process process) {
        return new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    private static void requireSuccess(Process process) {
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException("process " + process.pid() + " does not end");
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
        if (process.exitValue() != 0) {
            throw new IllegalStateException("it ended with exit code " + process.exitValue());
        }
    }
}
