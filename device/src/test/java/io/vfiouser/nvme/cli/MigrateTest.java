package io.vfiouser.nvme.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code nvme-vfu migrate} under its load, between two servers in processes of their own. */
class MigrateTest {

    @TempDir
    private Path folder;

    private Path socketFolder;
    private Path source;
    private Path destination;

    @BeforeEach
    void chooseSockets() throws IOException {
        socketFolder = Files.createTempDirectory("vfu");
        source = socketFolder.resolve("a");
        destination = socketFolder.resolve("b");
    }

    @AfterEach
    void removeSockets() throws IOException {
        Files.deleteIfExists(source);
        Files.deleteIfExists(destination);
        Files.deleteIfExists(socketFolder);
    }

    private String[] migrate(String... options) {
        Stream<String> always = Stream.of(
                "migrate",
                source.toString(),
                destination.toString(),
                "--destroy-data",
                "--seconds",
                "0.2",
                "--span",
                "8M",
                // A machine with much else to do may copy slowly.
                "--downtime",
                "5000");
        return Stream.concat(always, Stream.of(options)).toArray(String[]::new);
    }

    @Test
    void aDiskIsMovedThereAndBackUnderLoadAndVerified() {
        Path page = folder.resolve("page.html");
        try (CommandProcess first = CommandProcess.serve(folder, source, "--ram", "32M");
                CommandProcess second = CommandProcess.serve(folder, destination, "--ram", "32M", "--incoming")) {
            CommandProcess moved = CommandProcess.run(
                    folder, migrate("--precopy", "--times", "2", "--json", "--report", page.toString()));
            assertThat(moved.exitCode())
                    .as(moved.err() + first.err() + second.err())
                    .isZero();
            Map<String, Object> json = JsonText.object(moved.out());
            assertThat(json).containsEntry("outcome", "moved").containsEntry("moved", BigDecimal.TWO);
            @SuppressWarnings("unchecked") // what JSON objects are read as
            Map<String, Object> verification = (Map<String, Object>) json.get("verification");
            assertThat(verification).containsEntry("faults", BigDecimal.ZERO);
            assertThat((BigDecimal) verification.get("units_checked")).isPositive();
            assertThat(page).content().contains("downtime, median");
        }
    }

    @Test
    void aServerThatWaitsForNothingRefusesAndTheDiskStaysWhereItWas() {
        try (CommandProcess first = CommandProcess.serve(folder, source, "--ram", "32M");
                CommandProcess second = CommandProcess.serve(folder, destination, "--ram", "32M")) {
            CommandHere refused = CommandHere.run(migrate());
            assertThat(refused.exitCode()).as(refused.out()).isEqualTo(ExitCode.FAILURE);
            assertThat(refused.out()).startsWith("rolled back: ").contains("all held");
            assertThat(refused.err())
                    .contains("the device goes on where it was")
                    .hasLineCount(1);
            assertThat(first.isAlive() && second.isAlive()).isTrue();
        }
    }
}
