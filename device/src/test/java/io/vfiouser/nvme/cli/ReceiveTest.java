package io.vfiouser.nvme.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A disk moves under a verified load between four processes: two servers, the one that sends the guest and the one that gets it. */
@Timeout(120)
class ReceiveTest {

    private static final Pattern LISTENING = Pattern.compile("listening on ([0-9.]+:[0-9]+) for a move");

    @TempDir
    private Path folder;

    @Test
    void aGuestGoesOnInAnotherProcessAndItsDataAreVerifiedThere() throws Exception {
        Path sockets = Files.createTempDirectory("vfu");
        Path a = sockets.resolve("a");
        Path b = sockets.resolve("b");
        try (CommandProcess source = CommandProcess.serve(folder, a, "--ram", "16M");
                CommandProcess destination = CommandProcess.serve(folder, b, "--ram", "16M", "--incoming");
                CommandProcess receiver =
                        CommandProcess.start(folder, "receive", "--listen", "0", b.toString(), "--seconds", "0.3")) {
            CommandProcess migrate = CommandProcess.run(
                    folder,
                    "migrate",
                    a.toString(),
                    "tcp://" + address(receiver),
                    "--precopy",
                    "--span",
                    "4M",
                    "--seconds",
                    "0.3",
                    // A machine with much else to do may copy slowly.
                    "--downtime",
                    "5000",
                    "--destroy-data");
            assertThat(migrate.exitCode()).as(migrate.err() + receiver.err()).isZero();
            assertThat(migrate.out()).contains("moved once", "(tcp)", "stopped");
            assertThat(receiver.exitCode()).as(receiver.err()).isZero();
            assertThat(receiver.out()).contains("has arrived from", "verified random read-write", "all held");
            assertThat(source.terminate()).as(source.err()).isZero();
            assertThat(destination.terminate()).as(destination.err()).isZero();
        } finally {
            Files.deleteIfExists(a);
            Files.deleteIfExists(b);
            Files.delete(sockets);
        }
    }

    private static String address(CommandProcess receiver) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> LISTENING.matcher(receiver.out()).find() || !receiver.isAlive());
        Matcher matcher = LISTENING.matcher(receiver.out());
        assertThat(matcher.find()).as(receiver.err()).isTrue();
        return matcher.group(1);
    }
}
