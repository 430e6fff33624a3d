package io.vfiouser.nvme.guest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** A guest that runs. What it writes on its console and what it hands back stay in its folder. */
final class Guest implements AutoCloseable {
    private static final int TAIL_LINES = 15;
    private static final Duration POLL = Duration.ofMillis(20);

    private final GuestSetup setup;
    private final Path folder;
    private final Path qmpSocket;
    private final Process process;

    private Guest(GuestSetup setup, Path folder, Path qmpSocket, Process process) {
        this.setup = setup;
        this.folder = folder;
        this.qmpSocket = qmpSocket;
        this.process = process;
    }

    /**
     * Starts it.
     *
     * @param folder where its logs stay
     * @param scratch what is needed only while it runs; a short path, since it holds a socket
     */
    static Guest start(GuestKit kit, GuestSetup setup, Path folder, Path scratch) {
        try {
            Path qmpSocket = scratch.resolve("qmp");
            List<String> command = setup.command(
                    kit, scratch.resolve("initramfs"), folder.resolve("port").toAbsolutePath(), qmpSocket);
            Files.writeString(folder.resolve("command"), String.join(" ", command) + "\n");
            Process process = new ProcessBuilder(command)
                    .redirectOutput(folder.resolve("console").toFile())
                    .redirectError(folder.resolve("qemu").toFile())
                    .start();
            return new Guest(setup, folder, qmpSocket, process);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until the script says {@code mark WORD} or {@code await_host WORD}. */
    void awaitMark(String word) {
        await("to say " + word, () -> port().marks().contains(word));
    }

    /** Lets a script go on that waits for the host. */
    void answer() {
        try {
            process.getOutputStream().write('\n');
            process.getOutputStream().flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** QEMU's own control. */
    Qmp qmp() {
        return Qmp.connect(qmpSocket);
    }

    /** Waits for a guest that boots once. */
    Boot end() {
        return endAll().getFirst();
    }

    /**
     * Waits for the end of a guest whose QEMU fails in a way that is known.
     *
     * @param message what QEMU says then
     * @return what the guest has handed over until then
     */
    Boot failed(String message) {
        await("to end", () -> !process.isAlive());
        assertThat(read(folder.resolve("qemu"))).as("what QEMU said; %s", this).contains(message);
        Boot left = port().unfinished();
        assertThat(left.kernelLog().faults(setup.provoked()))
                .as("the kernel's log; %s", this)
                .isEmpty();
        return left;
    }

    /** Waits for the end, at which every boot's script has succeeded, and the kernel has complained about nothing. */
    List<Boot> endAll() {
        await("to power off", () -> !process.isAlive());
        List<Boot> boots = port().boots();
        assertThat(boots.size()).as("boots that came to their end; %s", this).isEqualTo(setup.boots());
        for (Boot boot : boots) {
            assertThat(boot.exitCode()).as("exit code of the script; %s", this).isZero();
            assertThat(boot.kernelLog().lines())
                    .as("the kernel's log; %s", this)
                    .isNotEmpty();
            assertThat(boot.kernelLog().faults(setup.provoked()))
                    .as("the kernel's log; %s", this)
                    .isEmpty();
        }
        assertThat(process.exitValue()).as("QEMU's exit code; %s", this).isZero();
        return boots;
    }

    private void await(String what, BooleanSupplier condition) {
        try {
            Awaitility.await()
                    .pollDelay(Duration.ZERO)
                    .pollInterval(POLL)
                    .atMost(setup.limit())
                    .until(() -> condition.getAsBoolean() || !process.isAlive());
        } catch (ConditionTimeoutException e) {
            close();
            throw new AssertionError("the guest took more than %s %s; %s".formatted(setup.limit(), what, this), e);
        }
        if (!condition.getAsBoolean()) {
            throw new AssertionError("the guest ended before it came %s; %s".formatted(what, this));
        }
    }

    private GuestPort port() {
        return GuestPort.read(folder.resolve("port"));
    }

    /** Where its logs are, and the end of what it said. */
    @Override
    public String toString() {
        return "logs are in %s. Console:%n%s%nQEMU:%n%s"
                .formatted(folder.toAbsolutePath(), tail(folder.resolve("console")), tail(folder.resolve("qemu")));
    }

    private static String tail(Path file) {
        List<String> lines = read(file).lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
    }

    private static String read(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file, StandardCharsets.ISO_8859_1) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends it if it still runs. */
    @Override
    public void close() {
        try {
            process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
