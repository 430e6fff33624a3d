package io.vfiouser.nvme.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Command lines that fail before any device exists: one line that names cause and remedy, the right exit code, no stack trace. */
class UsageTest {

    @TempDir
    private Path folder;

    private static CommandHere run(String... arguments) {
        return CommandHere.run(arguments);
    }

    private static void assertOneLine(CommandHere result, int exitCode, String... parts) {
        assertThat(result.exitCode()).as(result.err()).isEqualTo(exitCode);
        assertThat(result.err().lines()).hasSize(1);
        assertThat(result.err()).startsWith("nvme-vfu").contains(parts).doesNotContain("Exception", "\tat ");
        assertThat(result.out()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"serve", "identify", "io", "migrate", "receive", "state", "version"})
    void everyCommandHasHelpWithExamplesAndExitCodes(String command) {
        CommandHere result = run(command, "--help");
        assertThat(result.exitCode()).isZero();
        assertThat(result.out()).contains("Examples:", "nvme-vfu " + command, "Exit codes:", "usage error");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "                                                         | a command is missing",
                "dance                                                    | dance",
                "serve --socket x                                         | --ram",
                "serve --ram 1G                                           | --socket",
                "serve --socket x --ram 1G --dma-regions 0                | 1 to 65535",
                "serve --socket x --ram 1G --dma-regions 65536            | 1 to 65535",
                "serve --socket x --socket x --ram 1G                     | twice",
                "serve --socket x --socket ./x --ram 1G                   | twice",
                "serve --socket x --pool-dir /tmp                         | --pool-size",
                "serve --socket x --pool-size 1G                          | --pool-dir",
                "serve --socket x --pool-ram 1G --pool-size 1G            | --pool-ram",
                "serve --socket x --pool-ram 1G --pool-dir /tmp           | choose one",
                "serve --socket x --pool-ram 0                            | 0 bytes",
                "serve --socket x --pool-dir /tmp --pool-size 0           | 0 bytes",
                "serve --socket x --pool-dir /no/such --pool-size 1G      | no directory",
                "serve --socket x --ram 1GB                               | GiB",
                "serve --socket x --ram potato                            | potato",
                "serve --socket x --ram 1000                              | whole blocks of 512",
                "serve --socket x --null 0                                | at least one block",
                "serve --socket x --ram 1G --block-size 1024              | 512 or 4096",
                "serve --socket x --ram 1G --poll event                   | --doorbells trapped",
                "serve --socket x --ram 1G --poll sometimes               | busy, adaptive, event",
                "serve --socket x --ram 1G --cpu 4096                     | processors 0",
                "serve --socket x --ram 1G --cpu 0-4096                   | processors 0",
                "serve --socket x --ram 1G --cpu some                     | 2,3 or 2-3",
                "serve --socket x --ram 1G --cpu 0,0                      | processor 0 is there twice",
                "serve --socket x --ram 1G --cpu 3-1                      | write 1-3",
                "serve --socket x --ram 1G --pollers 0                    | 1 to 128",
                "serve --socket x --ram 1G --pollers 129                  | 1 to 128",
                "serve --socket x --ram 1G --pollers 2 --cpu 0            | as many processors",
                "serve --socket x --ram 1G --settings=                    | --settings is empty",
                "serve --socket x --ram 1G --storage both                 | copy, shared",
                "serve --socket x --ram 1G --storage shared               | --storage copy",
                "serve --socket x --ram 1G --storage shared --incoming    | cannot be shared",
                "serve --socket x --pool-ram 1G --storage shared          | cannot be shared",
                "serve --socket x --incoming                              | --ram",
                "io                                                       | PATH",
                "io x                                                     | --mode",
                "io x --mode shuffle                                      | randread, randwrite, randrw",
                "io x --mode randread --block 1000                        | multiple of 512",
                "io x --mode randread --depth 0                           | --depth",
                "io x --mode randread --queues 0                          | --queues",
                "io x --mode randread --seconds 0                         | --seconds",
                "io x --mode randread --rate 0                            | --rate",
                "io x --mode randread --rate NaN                          | --rate",
                "io x --mode randread --rate 5 --interrupts               | --interrupts",
                "io x --mode read --sha256 --rate 5                       | mode that measures",
                "io x --mode verify --destroy-data --rate 5               | mode that measures",
                "io x --mode randwrite                                    | --destroy-data",
                "io x --mode randrw                                       | --destroy-data",
                "io x --mode write                                        | --destroy-data",
                "io x --mode verify                                       | --destroy-data",
                "io x --mode randread --sha256                            | --mode read",
                "io x --mode randread --journal j                         | --mode verify",
                "io x --mode verify --journal j --check j --destroy-data  | one of them",
                "migrate                                                  | SOURCE",
                "migrate a                                                | DESTINATION",
                "migrate a ./a --destroy-data                             | the same server",
                "migrate a b                                              | --destroy-data",
                "migrate a b --no-workload --rate 10                      | --precopy",
                "migrate a b --no-workload --precopy --rate 0             | --rate",
                "migrate a b --no-workload --times 0                      | --times",
                "migrate a b --no-workload --seconds -1                   | --seconds",
                "migrate a b --no-workload --downtime 0                   | --downtime",
                "migrate a b --no-workload --storage moved                | copy, shared",
                "migrate a b --no-workload --memory 1000                  | --memory",
                "migrate a b --no-workload --report /no/such/page.html    | no directory",
                "migrate a b --no-workload --report /tmp                  | is a directory",
                "migrate a b --no-workload --save-state /no/such/state    | --save-state",
                "migrate a b --no-workload --write 0=1                     | 0:0x14=01000000",
                "migrate a b --destroy-data --write 0:0=01                | --no-workload",
                "migrate a tcp://here --no-workload                       | tcp://HOST:PORT",
                "migrate a tcp://[::1]:0 --no-workload                    | tcp://HOST:PORT",
                "migrate a tcp://here:1 --no-workload --times 2           | --times is 1",
                "receive b                                                | --listen",
                "receive b --listen here                                  | HOST:PORT",
                "receive b --listen 65536                                 | HOST:PORT",
                "receive b --listen 0 --times 0                           | --times",
                "receive b --listen 0 --seconds -1                        | --seconds",
                "migrate a b --destroy-data --depth 0                     | --depth",
                "migrate a b --destroy-data --queues 0                    | --queues",
                "migrate a b --destroy-data --block 1000                  | multiple of 512",
                "identify                                                 | PATH",
                "identify a b                                             | b",
                "identify x --only everything                             | controller, namespaces, smart, subsystem",
                "identify x --namespace 0                                 | 1 to 4294967294",
                "identify x --namespace 4294967295                        | 1 to 4294967294",
                "identify x --namespace one                               | one"
            })
    void aWrongCommandLineIsRefusedInOneLineThatNamesTheRemedy(String arguments, String part) {
        String line = arguments == null ? "" : arguments;
        assertOneLine(run(line.isEmpty() ? new String[0] : line.split(" +")), ExitCode.USAGE, part);
    }

    @Test
    void aMissingSocketIsNamedWithHowToGetOne() {
        assertOneLine(
                run("identify", folder.resolve("none").toString()), ExitCode.FAILURE, "no socket", "nvme-vfu serve");
        assertOneLine(run("identify", folder.toString()), ExitCode.FAILURE, "cntrl");
        assertOneLine(
                run("migrate", folder.resolve("none").toString(), folder.toString(), "--no-workload"),
                ExitCode.FAILURE,
                "no socket",
                "nvme-vfu serve");
    }

    @Test
    void aFileThatIsNoSocketIsNamed() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        assertOneLine(run("identify", file.toString()), ExitCode.FAILURE, "is no socket");
    }

    @Test
    void aSocketThatNobodyListensOnIsNamed() throws IOException {
        Path socket = folder.resolve("s");
        ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                .bind(UnixDomainSocketAddress.of(socket))
                .close();
        assertThat(socket).exists();
        assertOneLine(run("identify", socket.toString()), ExitCode.FAILURE, "nobody listens", "start one again");
    }

    @Test
    void whatIsNoJournalIsRefused() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "no journal");
        assertOneLine(run("io", "x", "--mode", "verify", "--check", file.toString()), ExitCode.USAGE, "no journal");
        assertOneLine(
                run(
                        "io",
                        "x",
                        "--mode",
                        "verify",
                        "--check",
                        folder.resolve("none").toString()),
                ExitCode.FAILURE,
                "cannot read the journal");
    }

    @Test
    void aFileThatHoldsNoSettingsIsRefused() throws IOException {
        Path file = Files.writeString(folder.resolve("notes.txt"), "precious");
        String socket = folder.resolve("s").toString();
        assertOneLine(
                run("serve", "--socket", socket, "--ram", "1M", "--settings", file.toString()),
                ExitCode.FAILURE,
                "notes.txt",
                "not overwritten");
        assertThat(file).hasContent("precious");
    }

    @Test
    void whatIsNoImageIsRefused() throws IOException {
        Path socket = folder.resolve("s");
        Path odd = Files.write(folder.resolve("odd.img"), new byte[700]);
        Path empty = Files.createFile(folder.resolve("empty.img"));
        for (Path file : new Path[] {folder.resolve("none.img"), folder, odd, empty}) {
            assertOneLine(
                    run("serve", "--socket", socket.toString(), "--file", file.toString()),
                    ExitCode.FAILURE,
                    file.getFileName().toString());
        }
    }
}
