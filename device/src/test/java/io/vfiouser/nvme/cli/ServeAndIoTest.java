package io.vfiouser.nvme.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.block.FileBlockDevice;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Server and client in two processes, over the real library and the real socket. */
class ServeAndIoTest {

    private static final int MIB = 1 << 20;

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
        Files.deleteIfExists(socketFolder.resolve("cntrl"));
        Files.deleteIfExists(socketFolder);
    }

    @Test
    void theHashOfAnExt4ImageOverNvmeIsThatOfTheImage() throws Exception {
        Path image = ext4Image();
        String expected = sha256(image);
        try (CommandProcess server = CommandProcess.serve(folder, socket, "--file", image.toString())) {
            CommandProcess read = CommandProcess.run(
                    folder, arguments("--mode", "read", "--sha256", "--queues", "2", "--depth", "8"));
            assertThat(read.err()).isEmpty();
            assertThat(read.exitCode()).isZero();
            assertThat(read.out()).contains(expected);
            assertThat(server.terminate()).isEqualTo(ExitCode.OK);
        }
        assertThat(sha256(image)).isEqualTo(expected);
    }

    @Test
    void whatAVerifyingRunFlushedIsThereAfterSigtermAndADamagedBlockIsFound() throws IOException {
        Path image = zeroedFile("disk.img", 16 * MIB);
        Path journal = folder.resolve("journal");
        try (CommandProcess server = CommandProcess.serve(folder, socket, "--file", image.toString())) {
            CommandHere verify = io(
                    "--mode",
                    "verify",
                    "--seconds",
                    "0.3",
                    "--queues",
                    "2",
                    "--destroy-data",
                    "--journal",
                    journal.toString());
            assertThat(verify.exitCode()).as(verify.err()).isZero();
            assertThat(server.terminate()).as(server.err()).isEqualTo(ExitCode.OK);
        }
        try (CommandProcess server = CommandProcess.serve(folder, socket, "--file", image.toString())) {
            CommandHere check = io("--mode", "verify", "--check", journal.toString(), "--json");
            assertThat(check.exitCode()).as(check.err()).isZero();
            assertThat(check.out()).contains("\"mismatches\": 0");
            damageFirstStampedBlock(image);
            check = io("--mode", "verify", "--check", journal.toString());
            assertThat(check.exitCode()).isEqualTo(ExitCode.DATA_MISMATCH);
            assertThat(check.err()).contains("namespace 1, LBA", "checksum is wrong");
            assertThat(server.terminate()).isEqualTo(ExitCode.OK);
        }
    }

    @Test
    void whatOneOfTwoControllersWroteIsThereForTheOther() throws IOException {
        Path second = socketFolder.resolve("t");
        Path journal = folder.resolve("journal");
        try (CommandProcess server = CommandProcess.serve(
                folder, socket, "--socket", second.toString(), "--ram", "16M", "--block-size", "4096")) {
            Awaitility.await().until(() -> server.out().contains("namespace 1"));
            assertThat(server.out()).contains("listening on " + socket, "listening on " + second, "blocks of 4096");
            CommandHere write =
                    io("--mode", "verify", "--seconds", "0.3", "--destroy-data", "--journal", journal.toString());
            assertThat(write.exitCode()).as(write.err()).isZero();
            CommandHere check = CommandHere.run(
                    "io", second.toString(), "--mode", "verify", "--check", journal.toString(), "--json");
            assertThat(check.exitCode()).as(check.err()).isZero();
            assertThat(check.out()).contains("\"mismatches\": 0");
            assertThat(server.terminate()).isEqualTo(ExitCode.OK);
        } finally {
            Files.deleteIfExists(second);
        }
    }

    @Test
    void anIncomingServerLeavesTheImageToWhoeverHasIt() throws IOException {
        Path image = zeroedFile("disk.img", MIB);
        try (FileBlockDevice owner = FileBlockDevice.open(image)) {
            owner.activate();
            CommandProcess refused =
                    CommandProcess.run(folder, "serve", "--socket", socket.toString(), "--file", image.toString());
            assertThat(refused.exitCode()).isEqualTo(ExitCode.FAILURE);
            assertThat(refused.err()).contains("namespace 1", "locked");
            try (CommandProcess server = CommandProcess.serve(
                    folder, socket, "--file", image.toString(), "--storage", "shared", "--incoming")) {
                Awaitility.await()
                        .atMost(20, TimeUnit.SECONDS)
                        .untilAsserted(
                                () -> assertThat(server.out()).contains("waiting to take over", "namespace 1: "));
                owner.release();
                owner.activate();
                assertThat(server.terminate()).isEqualTo(ExitCode.OK);
            }
        }
    }

    @Test
    void anImageThatGrowsIsNoticedWhileItIsServed() throws IOException {
        Path image = zeroedFile("disk.img", MIB);
        try (CommandProcess server = CommandProcess.serve(folder, socket, "--file", image.toString())) {
            try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
                file.setLength(3L * MIB);
            }
            Awaitility.await()
                    .until(() -> CommandHere.run("identify", socket.toString(), "--json")
                            .out()
                            .contains("6144"));
            assertThat(server.terminate()).isEqualTo(ExitCode.OK);
        }
    }

    @Test
    void aServerMayHaveNothingButRoomForNamespaces() {
        try (CommandProcess server = startPool()) {
            Awaitility.await().until(() -> server.out().contains("room for namespaces: 1 GiB"));
            assertThat(server.terminate()).isEqualTo(ExitCode.OK);
        }
    }

    private CommandProcess startPool() {
        return CommandProcess.serve(folder, socket, "--pool-dir", folder.toString(), "--pool-size", "1G");
    }

    @ParameterizedTest
    @ValueSource(strings = {"SIGTERM", "SIGKILL"})
    void whatAVerifyingRunFlushedIsThereAfterTheServerEndsUnderLoadWhichTheClientNoticesWithinASecond(String signal)
            throws Exception {
        Path image = zeroedFile("disk.img", 16 * MIB);
        Path journal = folder.resolve("journal");
        try (CommandProcess server = CommandProcess.serve(folder, socket, "--file", image.toString());
                CommandProcess verify = CommandProcess.start(
                        folder,
                        "io",
                        socket.toString(),
                        "--mode",
                        "verify",
                        "--seconds",
                        "60",
                        "--queues",
                        "2",
                        "--destroy-data",
                        "--journal",
                        journal.toString())) {
            Awaitility.await()
                    .atMost(30, TimeUnit.SECONDS)
                    .until(() -> !verify.isAlive() || (Files.exists(journal) && Files.size(journal) > 100_000));
            assertThat(verify.isAlive()).as(verify.err()).isTrue();
            if (signal.equals("SIGKILL")) {
                server.kill();
            } else {
                assertThat(server.terminate()).as(server.err()).isEqualTo(ExitCode.OK);
            }
            long killed = System.nanoTime();
            assertThat(verify.exitCode()).isEqualTo(ExitCode.FAILURE);
            assertThat(System.nanoTime() - killed).isLessThan(TimeUnit.SECONDS.toNanos(1));
            assertThat(verify.err().lines()).hasSize(1);
            assertThat(verify.err()).contains("is gone");
        }
        // The dead server left its socket behind; the next one replaces it.
        try (CommandProcess server = CommandProcess.serve(folder, socket, "--file", image.toString())) {
            CommandHere check = io("--mode", "verify", "--check", journal.toString());
            assertThat(check.exitCode()).as(check.err()).isZero();
            assertThat(server.terminate()).isEqualTo(ExitCode.OK);
        }
    }

    @Test
    void namespacesComeInTheOrderOfTheOptionsAndADirectoryHoldsTheSocket() throws IOException {
        Path image = zeroedFile("disk.img", 3 * MIB);
        try (CommandProcess server = CommandProcess.serve(
                folder,
                socketFolder,
                "--null",
                "1M",
                "--file",
                image.toString(),
                "--ram",
                "2M",
                "--block-size",
                "4096")) {
            assertThat(server.out()).startsWith("listening on " + socketFolder.resolve("cntrl"));
            CommandHere identify = CommandHere.run("identify", socketFolder.toString(), "--json");
            assertThat(identify.exitCode()).as(identify.err()).isZero();
            assertThat(identify.out().lines().map(String::strip).filter(l -> l.startsWith("\"nsze\"")))
                    .containsExactly("\"nsze\": 256,", "\"nsze\": 768,", "\"nsze\": 512,");
            assertThat(identify.out()).contains("\"block_bytes\": 4096");
            assertThat(CommandHere.run("identify", socketFolder.toString()).out())
                    .contains("Namespace 3", "NVMe 2.1");
            assertThat(server.terminate()).isEqualTo(ExitCode.OK);
        }
    }

    @Test
    void trappedDoorbellsAndInterruptsWork() {
        try (CommandProcess server =
                CommandProcess.serve(folder, socket, "--ram", "16M", "--doorbells", "trapped", "--poll", "event")) {
            CommandHere verify = io("--mode", "verify", "--seconds", "0.5", "--interrupts", "--destroy-data");
            assertThat(verify.exitCode()).as(verify.err()).isZero();
            CommandHere load = io("--mode", "randrw", "--seconds", "0.3", "--destroy-data", "--json");
            assertThat(load.exitCode()).as(load.err()).isZero();
            assertThat(load.out()).contains("\"doorbells\": \"trapped\"", "\"p99.99\"");
            assertThat(server.terminate()).isEqualTo(ExitCode.OK);
        }
    }

    @Test
    void anImageThatIsServedAlreadyAndASocketThatIsInUseAreRefused() throws IOException {
        Path image = zeroedFile("disk.img", MIB);
        try (CommandProcess server = CommandProcess.serve(folder, socket, "--file", image.toString())) {
            CommandProcess second = CommandProcess.run(
                    folder, "serve", "--socket", socketFolder.resolve("cntrl").toString(), "--file", image.toString());
            assertThat(second.exitCode()).isEqualTo(ExitCode.FAILURE);
            assertThat(second.err().lines()).hasSize(1);
            assertThat(second.err()).contains("disk.img", "lock");
            CommandProcess third = CommandProcess.run(folder, "serve", "--socket", socket.toString(), "--null", "1M");
            assertThat(third.exitCode()).isEqualTo(ExitCode.FAILURE);
            assertThat(third.err().lines()).hasSize(1);
            assertThat(server.terminate()).isEqualTo(ExitCode.OK);
        }
    }

    private String[] arguments(String... options) {
        return Stream.concat(Stream.of("io", socket.toString()), Stream.of(options))
                .toArray(String[]::new);
    }

    private CommandHere io(String... options) {
        return CommandHere.run(arguments(options));
    }

    private Path zeroedFile(String name, int lengthBytes) throws IOException {
        return Files.write(folder.resolve(name), new byte[lengthBytes]);
    }

    private Path ext4Image() throws Exception {
        Path files = Files.createDirectory(folder.resolve("files"));
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < 20; i++) {
            byte[] content = new byte[random.nextInt(400_000)];
            random.nextBytes(content);
            Files.write(files.resolve("file" + i), content);
        }
        Path image = zeroedFile("ext4.img", 16 * MIB);
        Path tool = Files.isExecutable(Path.of("/sbin/mkfs.ext4"))
                ? Path.of("/sbin/mkfs.ext4")
                : Path.of("/usr/sbin/mkfs.ext4");
        Process mkfs = new ProcessBuilder(tool.toString(), "-q", "-F", "-d", files.toString(), image.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(mkfs.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(mkfs.waitFor()).as(said).isZero();
        return image;
    }

    private static String sha256(Path file) throws IOException, NoSuchAlgorithmException {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    }

    /** Flips a byte in the filling of the first block that is not a hole. */
    private static void damageFirstStampedBlock(Path image) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            byte[] block = new byte[512];
            for (long at = 0; ; at += block.length) {
                file.seek(at);
                file.readFully(block);
                if (block[0] != 0) {
                    file.seek(at + 300);
                    file.write(block[300] ^ 1);
                    return;
                }
            }
        }
    }
}
