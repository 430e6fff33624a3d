package io.vfiouser.nvme.subsystem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SubsystemSettingsTest {
    @TempDir
    private Path folder;

    private SubsystemSettings open(Path file) {
        return SubsystemSettings.of(file, Runnable::run);
    }

    @Test
    void whatWasPutIsThereWhenTheFileIsOpenedAgain() throws IOException {
        Path file = folder.resolve("settings");
        SubsystemSettings settings = open(file);
        assertThat(settings.get("a.b")).isEmpty();
        settings.put(Map.of("a.b", "1", "a.c", "x=y z")).join();
        settings.put("gone", "1").join();
        settings.remove("gone").join();
        assertThat(settings.get("a.b")).contains("1");

        SubsystemSettings again = open(file);
        assertThat(again.startingWith("a.")).containsExactly(Map.entry("a.b", "1"), Map.entry("a.c", "x=y z"));
        assertThat(again.get("gone")).isEmpty();
        try (var files = Files.list(folder)) {
            assertThat(files).as("no temporary file stays").containsExactly(file);
        }
    }

    @Test
    void linesThatMakeNoSenseAreLeftOut() throws IOException {
        Path file = folder.resolve("settings");
        Files.writeString(
                file,
                SettingsFile.HEADER + "\n\n# comment\nok=1\nno equals\n=2\nbad name=3\nlong=" + "x".repeat(5000)
                        + "\nok=4\nbinary=\u0001\n");
        assertThat(open(file).startingWith("")).containsExactly(Map.entry("ok", "1"));
    }

    @Test
    void aFileOfSomethingElseIsNeitherReadNorOverwritten() throws IOException {
        Path file = folder.resolve("disk.img");
        Files.writeString(file, "precious=1\n");
        assertThatThrownBy(() -> open(file))
                .isInstanceOf(SubsystemSettingsException.class)
                .hasMessageContaining("disk.img");
        assertThatThrownBy(() -> open(folder)).isInstanceOf(SubsystemSettingsException.class);
        assertThat(file).hasContent("precious=1\n");
    }

    @Test
    void aFileThatCannotBeWrittenChangesNothing() throws IOException {
        Path parent = Files.createDirectory(folder.resolve("gone"));
        SubsystemSettings settings = open(parent.resolve("settings"));
        Files.delete(parent);
        CompletableFuture<Void> put = settings.put("a", "1");
        assertThat(put).isCompletedExceptionally();
        assertThat(settings.get("a")).isEmpty();
    }

    @Test
    void namesAndValuesThatAFileCannotHoldAreRefused() {
        SubsystemSettings settings = SubsystemSettings.inMemory();
        assertThatThrownBy(() -> settings.put("a=b", "1")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> settings.put("a", "1\n2")).isInstanceOf(IllegalArgumentException.class);
    }
}
