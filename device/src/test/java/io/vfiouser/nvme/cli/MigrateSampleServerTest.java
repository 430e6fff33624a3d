package io.vfiouser.nvme.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code nvme-vfu migrate} on a device that is not ours and no NVMe controller: libvfio-user's sample server, in C. */
class MigrateSampleServerTest {

    /** The server's one register is a moment, in seconds of the clock; it refuses to run, and to go on, with one that is past. */
    private static final String TIMER =
            "--write=0:0=" + HexFormat.of().toHexDigits(Long.reverseBytes(System.currentTimeMillis() / 1000 + 3600));

    @TempDir
    private Path folder;

    private Path socketFolder;
    private Sample source;
    private Sample destination;

    /** A server in a process of its own. */
    private record Sample(Process process, Path socket, Path output) {
        static Sample start(Path folder, Path socketFolder, String name) {
            Path program = Path.of(System.getProperty("vfiouser.test.native.dir"), "samples", "server");
            assertThat(program).as("run `make native-samples` first").isExecutable();
            Path socket = socketFolder.resolve(name);
            Path output = folder.resolve(name + ".out");
            try {
                Process process = new ProcessBuilder(program.toString(), socket.toString())
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
                Sample sample = new Sample(process, socket, output);
                Awaitility.await().until(() -> Files.exists(socket) || !process.isAlive());
                return sample;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        String said() {
            try {
                return Files.readString(output);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @BeforeEach
    void startBoth() throws IOException {
        socketFolder = Files.createTempDirectory("vfu");
        source = Sample.start(folder, socketFolder, "a");
        destination = Sample.start(folder, socketFolder, "b");
        // At 0.2b the library refuses the sample's own BAR of three pages.
        assumeThat(source.said()).doesNotContain("must be a power of 2");
    }

    @AfterEach
    void stopBoth() throws Exception {
        for (Sample sample : List.of(source, destination)) {
            sample.process().destroyForcibly();
            assertThat(sample.process().waitFor(10, TimeUnit.SECONDS)).isTrue();
            Files.deleteIfExists(sample.socket());
        }
        Files.deleteIfExists(socketFolder);
    }

    private CommandHere migrate(String... options) {
        List<String> arguments = new ArrayList<>(List.of(
                "migrate",
                source.socket().toString(),
                destination.socket().toString(),
                "--no-workload",
                "--seconds=0"));
        arguments.addAll(List.of(options));
        return CommandHere.run(arguments.toArray(String[]::new));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--times=1", "--precopy"})
    @SuppressWarnings("unchecked") // what JSON objects are read as
    void aDeviceInCIsMovedWithItsMemory(String how) throws IOException {
        Path page = folder.resolve("page.html");
        Path state = folder.resolve("state");
        CommandHere result = migrate(
                how, TIMER, "--json", "--memory", "4M", "--report", page.toString(), "--save-state", state.toString());
        assertThat(result.exitCode())
                .as(result.err() + source.said() + destination.said())
                .isZero();
        assertThat(result.err()).isEmpty();
        Map<String, Object> json = JsonText.object(result.out());
        assertThat(json)
                .containsEntry("outcome", "moved")
                .containsEntry("moved", BigDecimal.ONE)
                .containsEntry("verification", null);
        Map<String, Object> move = (Map<String, Object>) ((List<Object>) json.get("moves")).getFirst();
        assertThat((BigDecimal) move.get("memory_bytes")).isGreaterThanOrEqualTo(new BigDecimal(4 << 20));
        assertThat(Files.size(state)).isEqualTo(((BigDecimal) move.get("device_bytes")).longValueExact());
        assertThat(page).content().contains("no workload", "<svg");
    }

    @Test
    void aDestinationThatIsGoneLeavesTheDeviceWhereItWas() throws Exception {
        destination.process().destroyForcibly().waitFor();
        CommandHere result = migrate();
        assertThat(result.exitCode()).isEqualTo(ExitCode.FAILURE);
        assertThat(result.out()).startsWith("rolled back: ");
        assertThat(result.err().lines()).hasSize(1);
        assertThat(result.err())
                .startsWith("nvme-vfu: failed while connecting to the destination: ")
                .contains("the device goes on where it was");
    }

    @Test
    void aSignalCallsItOffAndTheDeviceGoesOnWhereItWas() {
        try (CommandProcess command = CommandProcess.start(
                folder,
                "migrate",
                source.socket().toString(),
                destination.socket().toString(),
                "--no-workload",
                "--seconds",
                "600")) {
            Awaitility.await().until(() -> connectionsTo(source.socket()) > 0);
            assertThat(command.terminate()).isEqualTo(ExitCode.FAILURE);
            assertThat(command.out()).startsWith("rolled back: ");
            assertThat(command.err()).contains("called off").hasLineCount(1);
        }
    }

    /** Sockets that a server has accepted; they have its name, as the one it listens with. */
    private static long connectionsTo(Path socket) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/net/unix"))) {
            return lines.filter(line -> line.endsWith(" " + socket)).count() - 1;
        }
    }
}
