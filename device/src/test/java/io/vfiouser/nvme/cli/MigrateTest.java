package io.vfiouser.nvme.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

    private CommandProcess migrate(String... options) {
        List<String> arguments = new ArrayList<>(List.of(
                "migrate",
                source.toString(),
                destination.toString(),
                "--destroy-data",
                "--seconds",
                "0.2",
                "--span",
                "8M"));
        arguments.addAll(List.of(options));
        return CommandProcess.run(folder, arguments.toArray(String[]::new));
    }

    @Test
    void aDiskIsMovedThereAndBackUnderLoadAndVerified() {
        Path page = folder.resolve("page.html");
        try (CommandProcess first = CommandProcess.serve(folder, source, "--ram", "32M");
                CommandProcess second = CommandProcess.serve(folder, destination, "--ram", "32M", "--incoming")) {
            CommandProcess moved = migrate("--precopy", "--times", "2", "--json", "--report", page.toString());
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
            CommandProcess refused = migrate();
            assertThat(refused.exitCode()).as(refused.out()).isEqualTo(ExitCode.FAILURE);
            assertThat(refused.out()).startsWith("rolled back: ").contains("all held");
            assertThat(refused.err())
                    .contains("the device goes on where it was")
                    .hasLineCount(1);
            assertThat(first.isAlive() && second.isAlive()).isTrue();
        }
    }
}
