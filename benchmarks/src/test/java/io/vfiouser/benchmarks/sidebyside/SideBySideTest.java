package io.vfiouser.benchmarks.sidebyside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** The runner at its command line: what it refuses, and a whole run with real servers, as short as it can be. */
class SideBySideTest {

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void useThisCheckout() {
        Path checkout = Path.of("").toAbsolutePath().getParent();
        System.setProperty("bench.checkout", checkout.toString());
        System.setProperty("bench.native", System.getProperty("vfiouser.test.native.dir"));
    }

    private int run(String... arguments) {
        CommandLine line = Main.commandLine();
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(err, true));
        return line.execute(arguments);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--rounds 0                        | --rounds",
                "--seconds 0                       | --seconds",
                "--size 1000                       | --size",
                "--size 3M                         | --size",
                "--cells ram:dance:4K:1            | randread",
                "--targets java,rust               | no target rust",
                "--targets spdk                    | --spdk",
                "--targets bare,java               | null:randread:4K:1",
                "--allocation 0                    | --allocation",
            })
    void usageErrorsNameTheRemedy(String arguments, String part) {
        assertThat(run(arguments.split(" ", -1))).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err.toString()).contains(part);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--target-cpu 0 --client-cpu 0     | share processor 0",
                "--client-cpu 4096                 | two are needed",
                "--targets java@/no/such,java      | make build",
                "--spdk /no/such                   | build/bin/nvmf_tgt",
            })
    void whatIsMissingIsSaidBeforeAnythingStarts(String arguments, String part) {
        assertThat(run(arguments.split(" ", -1))).isEqualTo(CommandLine.ExitCode.SOFTWARE);
        assertThat(err.toString()).contains(part).doesNotContain("\tat ");
    }

    /** Twice the same server: needs the program packaged and two processors; polls on both. */
    @Test
    @Tag("soak")
    void aRunMeasuresEveryCellOnEveryTargetAndLeavesNothingBehind() throws Exception {
        assumeThat(Runtime.getRuntime().availableProcessors()).isGreaterThan(1);
        Path json = folder.resolve("r.json");
        Path markdown = folder.resolve("r.md");
        long before = socketFolders();
        int code = run(
                "--targets",
                "java,java",
                "--rounds",
                "2",
                "--seconds",
                "0.1",
                "--warmup",
                "0",
                "--size",
                "16M",
                "--cells",
                "ram:randrw:4K:2,null:randread:512:1",
                "--json",
                json.toString(),
                "--markdown",
                markdown.toString());
        assertThat(code).as(err.toString()).isZero();
        assertThat(out.toString()).contains("java-2", "ram randrw 4K d2", "null randread 512 d1", "ratio to java-2");
        assertThat(Files.readString(markdown)).contains("| ram randrw 4K d2 |");
        Map<String, Object> facts = Json.object(Files.readString(json));
        assertThat((List<?>) facts.get("closed_loop")).hasSize(2);
        assertThat((List<?>) facts.get("open_loop")).hasSize(1);
        assertThat(socketFolders()).isEqualTo(before);
        assertThat(ProcessHandle.current().children()).isEmpty();
    }

    private static long socketFolders() throws Exception {
        try (var files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return files.filter(f -> String.valueOf(f.getFileName()).startsWith("vfu-bench"))
                    .count();
        }
    }
}
