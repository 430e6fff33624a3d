package io.vfiouser.nvme.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.migration.ControllerState;
import io.vfiouser.nvme.migration.Frame;
import io.vfiouser.nvme.migration.NamespaceState;
import io.vfiouser.nvme.migration.RandomStates;
import io.vfiouser.nvme.migration.StorageMode;
import io.vfiouser.nvme.migration.TestStreams;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code nvme-vfu state} on files. */
class StateTest {
    private static final Frame HEADER = new Frame.Header(StorageMode.COPY, "test \u001b[31m1.0");

    @TempDir
    private Path folder;

    private final ControllerState state = RandomStates.of(4);
    private final NamespaceState namespace = state.namespaces().getFirst();
    private final Frame content = new Frame.Namespace(namespace.id(), namespace.blockBytes(), namespace.blockCount());
    private final Frame data =
            new Frame.Data(namespace.id(), 0, MemorySegment.ofArray(new byte[namespace.blockBytes()]));
    private Path file = Path.of("");

    @BeforeEach
    void save() throws IOException {
        file = save(
                "a.state",
                HEADER,
                content,
                data,
                new Frame.Zeroes(namespace.id(), 1, 3),
                new Frame.PassEnd(1),
                data,
                new Frame.Controller(state),
                new Frame.End());
    }

    private Path save(String name, Frame... frames) throws IOException {
        return Files.write(folder.resolve(name), TestStreams.bytes(List.of(frames)));
    }

    private static CommandHere run(Object... arguments) {
        return CommandHere.run(Arrays.stream(arguments).map(Object::toString).toArray(String[]::new));
    }

    private static void assertOneLine(CommandHere result, int exitCode, String... parts) {
        assertThat(result.exitCode()).as(result.err()).isEqualTo(exitCode);
        assertThat(result.err().lines()).hasSize(1);
        assertThat(result.err()).startsWith("nvme-vfu").contains(parts).doesNotContain("Exception", "\tat ");
        assertThat(result.out()).isEmpty();
    }

    @Test
    void showPrintsWhatIsInAFile() {
        CommandHere result = run("state", "show", file);
        assertThat(result.exitCode()).isZero();
        assertThat(result.err()).isEmpty();
        assertThat(result.out())
                .contains(
                        "storage",
                        "copy",
                        "submission queues (" + state.submissionQueues().size() + ")")
                .contains("serial", state.limits().subsystem().serial())
                .contains("id " + state.submissionQueues().getFirst().id() + ", base 0x")
                .contains(namespace.identity().uuid().toString())
                .contains("namespace id " + namespace.id())
                .contains("data extents 2, data bytes " + 2 * namespace.blockBytes())
                .contains("zeroed extents 1, zeroed blocks 3");
    }

    @Test
    void aTextInAFileDoesNotSteerTheTerminal() {
        assertThat(run("state", "show", file).out()).contains("test ?[31m1.0").doesNotContain("\u001b");
    }

    @Test
    void showPrintsOneJsonObjectWithAllOfTheState() {
        Map<String, Object> json =
                JsonText.object(run("state", "show", "--json", file).out());
        assertThat(json).containsKeys("software", "storage", "bytes", "passes", "content", "controller");
        assertThat((Map<?, ?>) json.get("controller")).hasSize(ControllerState.class.getRecordComponents().length);
    }

    @Test
    void diffSaysNothingAboutEqualStates() throws IOException {
        Path other = save("b.state", HEADER, new Frame.Controller(state), new Frame.End());
        assertThat(run("state", "diff", file, other)).isEqualTo(new CommandHere(0, "", ""));
    }

    @Test
    void diffNamesDifferences() throws IOException {
        Path other = save("b.state", HEADER, new Frame.Controller(RandomStates.of(5)), new Frame.End());
        CommandHere result = run("state", "diff", file, other);
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err()).isEmpty();
        assertThat(result.out()).contains("registers, configuration: 0x");
    }

    @Test
    void diffTellsAFileThatCannotBeReadFromADifference() throws IOException {
        assertOneLine(run("state", "diff", file, folder.resolve("none")), 2, "there is no file", "none");
        Path text = Files.writeString(folder.resolve("text"), "something else altogether");
        assertOneLine(run("state", "diff", text, file), 2, "text", "no migration stream");
    }

    @Test
    void verifySaysOk() {
        CommandHere result = run("state", "verify", file);
        assertThat(result.exitCode()).isZero();
        assertThat(result.out()).contains("a.state: OK");
    }

    @Test
    void verifySaysWhatIsWrongAndWhere() throws IOException {
        byte[] stream = Files.readAllBytes(file);
        Path cut = Files.write(folder.resolve("cut"), Arrays.copyOf(stream, stream.length - 1));
        assertOneLine(run("state", "verify", cut), ExitCode.FAILURE, "cut off after " + (stream.length - 1) + " bytes");
        stream[stream.length - 100] ^= 4;
        Path damaged = Files.write(folder.resolve("damaged"), stream);
        assertOneLine(run("state", "verify", damaged), ExitCode.FAILURE, "frame 7 (controller", "checksum");
        assertOneLine(run("state", "verify", Files.createFile(folder.resolve("empty"))), ExitCode.FAILURE, "0 bytes");
        assertOneLine(run("state", "verify", folder), ExitCode.FAILURE, "cannot be read");
        assertOneLine(run("state", "verify", folder.resolve("none")), ExitCode.FAILURE, "there is no file");
    }

    @Test
    void verifyFindsFramesThatDoNotFitEachOther() throws IOException {
        Frame controller = new Frame.Controller(state);
        int id = namespace.id();
        long last = namespace.blockCount() - 1;
        byte[] half = new byte[namespace.blockBytes() / 2];
        byte[] two = new byte[namespace.blockBytes() * 2];
        assertUnsound("without the controller's state", HEADER, new Frame.End());
        assertUnsound("not announced", HEADER, data);
        assertUnsound("begins twice", HEADER, content, content);
        assertUnsound("no whole blocks", HEADER, content, new Frame.Data(id, 0, MemorySegment.ofArray(half)));
        assertUnsound("beyond", HEADER, content, new Frame.Data(id, last, MemorySegment.ofArray(two)));
        assertUnsound("beyond", HEADER, content, new Frame.Zeroes(id, last, 2));
        assertUnsound("end of pass 2", HEADER, content, new Frame.PassEnd(2));
        assertUnsound("copies none", new Frame.Header(StorageMode.SHARED, "x"), content);
        assertUnsound("does not know", HEADER, new Frame.Namespace(-2, 512, 8), controller);
        assertUnsound("by its content", HEADER, new Frame.Namespace(id, namespace.blockBytes(), 8), controller);
    }

    private void assertUnsound(String part, Frame... frames) throws IOException {
        assertOneLine(run("state", "verify", save("unsound", frames)), ExitCode.FAILURE, "unsound: ", part);
    }

    @Test
    void whatToDoAndWithWhichFilesHasToBeSaid() {
        assertOneLine(run("state"), ExitCode.USAGE, "show, diff or verify");
        assertOneLine(run("state", "show"), ExitCode.USAGE, "FILE");
        assertOneLine(run("state", "diff", file), ExitCode.USAGE, "FILE");
        assertOneLine(run("state", "verify", file, file), ExitCode.USAGE, "a.state");
    }

    @ParameterizedTest
    @ValueSource(strings = {"show", "diff", "verify"})
    void everyCommandHasHelpWithExamplesAndExitCodes(String command) {
        CommandHere result = run("state", command, "--help");
        assertThat(result.exitCode()).isZero();
        assertThat(result.out()).contains("Examples:", "nvme-vfu state " + command, "Exit codes:", "usage error");
    }
}
