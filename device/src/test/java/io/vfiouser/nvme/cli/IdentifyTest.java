package io.vfiouser.nvme.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code identify} against a server in another process. */
class IdentifyTest {

    private static final List<String> OF_THIS_PROGRAM = List.of("cap", "vs", "mqes", "doorbells");

    @TempDir
    private Path folder;

    /** Of its own, since the path of a socket is limited to 107 bytes. */
    private Path socketFolder;

    private Path socket;

    @BeforeEach
    void chooseSocket() throws IOException {
        socketFolder = Files.createTempDirectory("vfu");
        socket = socketFolder.resolve("s");
    }

    @AfterEach
    void removeSocket() throws IOException {
        Files.deleteIfExists(socket);
        Files.deleteIfExists(socketFolder);
    }

    private String[] identify(String... options) {
        return Stream.concat(Stream.of("identify", socket.toString()), Stream.of(options))
                .toArray(String[]::new);
    }

    /** What a process shows, which says nothing else. */
    private String shownByProcess(String... options) {
        CommandProcess command = CommandProcess.run(folder, identify(options));
        assertThat(command.exitCode()).as(command.err()).isZero();
        assertThat(command.err()).isEmpty();
        return command.out();
    }

    private String shown(String... options) {
        CommandHere command = CommandHere.run(identify(options));
        assertThat(command.exitCode()).as(command.err()).isZero();
        assertThat(command.err()).isEmpty();
        return command.out();
    }

    @Test
    void textAndJsonSayTheSameOfAServedDevice() {
        try (CommandProcess server = CommandProcess.serve(folder, socket, "--ram", "16M", "--null", "1M")) {
            String text = shownByProcess();
            Map<String, Object> json = JsonText.object(shown("--json"));

            assertThat(json).containsOnlyKeys("controller", "namespaces", "smart_log", "subsystem");
            Map<String, Object> controller = member(json, "controller");
            assertAgree(section(text, "NVME Identify Controller:"), controller);
            List<?> namespaces = (List<?>) json.get("namespaces");
            assertThat(namespaces).hasSize(2);
            for (int i = 0; i < namespaces.size(); i++) {
                Map<String, Object> namespace = object(namespaces.get(i));
                assertThat(namespace).containsEntry("nsid", BigDecimal.valueOf(i + 1L));
                assertAgree(section(text, "NVME Identify Namespace " + (i + 1) + ":"), namespace);
            }
            assertSmartAgrees(
                    section(text, "Smart Log for NVME device:nvme0 namespace-id:ffffffff"), member(json, "smart_log"));
            String name = (String) controller.get("subnqn");
            assertThat(member(json, "subsystem")).containsEntry("NQN", name);
            assertThat(text)
                    .endsWith("\n\nnvme-subsys0 - NQN=" + name + "\n\\\n +- nvme0 vfio-user " + socket + " live\n");
            assertThat(server.terminate()).isEqualTo(ExitCode.OK);
        }
    }

    @Test
    void sectionsAndNamespacesCanBeChosen() {
        try (CommandProcess server =
                CommandProcess.serve(folder, socket, "--null", "1M", "--null", "2M", "--null", "3M")) {
            assertThat(shown("--only", "namespaces", "--namespace", "2"))
                    .startsWith("NVME Identify Namespace 2:\n")
                    .contains("nsze    : 0x1000\t")
                    .doesNotContain("Namespace 1", "Namespace 3", "Controller", "Smart Log");
            assertThat(JsonText.object(shown("--only", "subsystem,smart", "--json")))
                    .containsOnlyKeys("smart_log", "subsystem");

            CommandHere unknown = CommandHere.run(identify("--namespace", "4"));
            assertThat(unknown.exitCode()).isEqualTo(ExitCode.USAGE);
            assertThat(unknown.out()).isEmpty();
            assertThat(unknown.err().strip())
                    .isEqualTo("nvme-vfu: there is no namespace 4: the controller has [1, 2, 3]");
            assertThat(server.terminate()).isEqualTo(ExitCode.OK);
        }
    }

    /** Lines from a heading to the next empty line that is followed by a heading. */
    private static List<String> section(String text, String heading) {
        int start = text.indexOf(heading + "\n");
        assertThat(start).as(heading).isNotNegative();
        String rest = text.substring(start + heading.length() + 1);
        return rest.split("\n\n(?=NVME|Smart|nvme-subsys)", 2)[0].lines().toList();
    }

    /** Each value for programs stands in the text behind its name. */
    private static void assertAgree(List<String> lines, Map<String, Object> values) {
        values.forEach((name, value) -> {
            if (!(value instanceof List<?>) && !OF_THIS_PROGRAM.contains(name) && !name.equals("nsid")) {
                String shown = lines.stream()
                        .filter(line -> line.matches(name + " *: .*"))
                        .map(line -> line.substring(line.indexOf(':') + 2))
                        .findFirst()
                        .orElseThrow(() -> new AssertionError(name + " is not in " + lines));
                assertThat(meaning(name, shown)).as(name).isEqualTo(value);
            }
        });
    }

    private static Object meaning(String name, String shown) {
        String value = shown.replaceFirst("\t.*", "");
        return switch (name) {
            case "sn", "mn", "fr", "subnqn", "fguid", "nguid", "eui64", "uuid" -> value;
            case "ieee" -> new BigDecimal(new BigInteger(value, 16));
            default ->
                value.startsWith("0x") ? new BigDecimal(new BigInteger(value.substring(2), 16)) : new BigDecimal(value);
        };
    }

    /** The names differ, the order does not. */
    private static void assertSmartAgrees(List<String> lines, Map<String, Object> values) {
        assertThat(lines).hasSameSizeAs(values.entrySet());
        Iterator<String> line = lines.iterator();
        values.forEach((name, value) -> {
            String shown = line.next().replaceFirst("^.*: ", "");
            String number = shown.endsWith(" K)")
                    ? shown.replaceFirst(".*\\((.*) K\\)", "$1")
                    : shown.replaceFirst("[ %].*", "");
            assertThat(new BigDecimal(number)).as(name).isEqualTo(value);
        });
    }

    private static Map<String, Object> member(Map<String, Object> json, String name) {
        return object(json.get(name));
    }

    @SuppressWarnings("unchecked") // JSON objects have names
    private static Map<String, Object> object(Object value) {
        assertThat(value).isInstanceOf(Map.class);
        return (Map<String, Object>) value;
    }
}
