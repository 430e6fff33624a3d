package io.vfiouser.nvme.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.vfiouser.nvme.driver.workload.Progress;
import io.vfiouser.nvme.driver.workload.VerifyReport;
import io.vfiouser.nvme.driver.workload.VerifySettings;
import io.vfiouser.nvme.driver.workload.VerifyWorkload;
import io.vfiouser.nvme.spec.ControllerRegisters;
import io.vfiouser.nvme.spec.ControllerStatus;
import io.vfiouser.nvme.spec.Doorbells;
import io.vfiouser.nvme.spec.NvmOpcode;
import io.vfiouser.nvme.spec.SglDescriptor;
import io.vfiouser.nvme.spec.SmartLog;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The C yardstick, in a process of its own, with this driver: what Java is measured against has to be a controller that moves the right data
 * and checks what ours checks.
 */
class YardstickTest {

    private static final long RAM_BYTES = 8 << 20;
    private static final int BLOCK = 512;
    private static final long UNMAPPED = 0x7FFF_0000_0000L;
    private static final Duration LIMIT = Duration.ofSeconds(20);

    @TempDir
    private Path folder;

    private Path socketFolder;
    private Path socket;
    private Process server;

    @BeforeEach
    void serve() throws IOException {
        socketFolder = Files.createTempDirectory("vfu");
        socket = socketFolder.resolve("s");
        server = start("--socket", socket.toString(), "--ram", RAM_BYTES / 1024 + "K");
        awaitListening();
    }

    private Process start(String... arguments) throws IOException {
        Path program = Path.of(System.getProperty("vfiouser.test.native.dir"), "nvme-yardstick");
        assumeThat(program).as("`make yardstick` builds it").isExecutable();
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectOutput(folder.resolve("out").toFile())
                .redirectError(folder.resolve("err").toFile())
                .start();
    }

    private void awaitListening() {
        Awaitility.await()
                .atMost(LIMIT)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> said("out").equals("listening on " + socket + "\n") || !server.isAlive());
        assertThat(server.isAlive()).as(said("err")).isTrue();
    }

    private String said(String name) {
        try {
            return Files.readString(folder.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @AfterEach
    void stop() throws Exception {
        if (server != null) {
            server.destroyForcibly();
            assertThat(server.waitFor(20, TimeUnit.SECONDS)).isTrue();
        }
        Files.deleteIfExists(socket);
        Files.deleteIfExists(socketFolder);
    }

    @ParameterizedTest
    @CsvSource({"0, 512", "4, 512", "512, 4096", "1024, 8192", "0, 12288", "2048, 131072", "0, 1048576", "3584, 1048576"
    })
    void whatIsWrittenComesBackByPrpsAndBySgls(int offset, int lengthBytes) {
        try (NvmeDriver driver = NvmeDriver.connect(socket, DriverOptions.defaults());
                DmaBuffer out = driver.allocate(lengthBytes + 4096);
                DmaBuffer in = driver.allocate(lengthBytes + 4096);
                DmaBuffer list = driver.allocate(4096)) {
            fill(out.segment(), lengthBytes * 31 + offset);
            IoQueue queue = driver.ioQueue(0);
            int blocks = lengthBytes / BLOCK;
            queue.executeSuccessfully(NvmeCommand.write(1, 100, blocks, true, out, offset, lengthBytes));
            queue.executeSuccessfully(NvmeCommand.read(1, 100, blocks, in, offset, lengthBytes));
            assertEqualFrom(offset, lengthBytes, in, out);
            assertThat(in.segment().asSlice(0, offset).mismatch(MemorySegment.ofArray(new byte[offset])))
                    .isEqualTo(-1);
            assertThat(in.segment().get(ValueLayout.JAVA_BYTE, (long) offset + lengthBytes))
                    .isZero();

            in.segment().fill((byte) 0);
            queue.executeSuccessfully(
                    readCommand(100, blocks).sgl(in.iova() + offset, lengthBytes, SglDescriptor.DATA_BLOCK));
            assertEqualFrom(offset, lengthBytes, in, out);

            in.segment().fill((byte) 0);
            queue.executeSuccessfully(readCommand(100, blocks)
                    .sgl(new SglBuilder(list)
                            .data(in, offset, 3)
                            .data(in, offset + 3, 97)
                            .chain()
                            .data(in, offset + 100, lengthBytes - 200)
                            .bitBucket(100)));
            assertEqualFrom(offset, lengthBytes - 100, in, out);
        }
    }

    @ParameterizedTest
    @CsvSource({"1, false", "4, false", "1, true", "4, true"})
    void stampedBlocksHoldOnSeveralQueuesPolledAndWithInterrupts(int queues, boolean interrupts) {
        DriverOptions options = DriverOptions.defaults().withQueues(queues).withInterrupts(interrupts);
        try (NvmeDriver driver = NvmeDriver.connect(socket, options)) {
            VerifySettings settings =
                    VerifySettings.of(4096, Duration.ofMillis(300)).withSleep(interrupts);
            VerifyReport report = VerifyWorkload.run(driver, driver.namespaces().getFirst(), settings, Progress.none());
            assertThat(report.mismatches()).isEmpty();
            assertThat(report.writes()).isPositive();
        }
    }

    @Test
    void zeroesAreWritten() {
        try (NvmeDriver driver = NvmeDriver.connect(socket, DriverOptions.defaults());
                DmaBuffer buffer = driver.allocate(64 << 10);
                DmaBuffer in = driver.allocate(64 << 10)) {
            IoQueue queue = driver.ioQueue(0);
            fill(buffer.segment(), 5);
            queue.executeSuccessfully(NvmeCommand.write(1, 1000, 128, false, buffer, 0, 64 << 10));
            queue.executeSuccessfully(NvmeCommand.writeZeroes(1, 1001, 126, true));
            queue.executeSuccessfully(NvmeCommand.read(1, 1000, 128, in, 0, 64 << 10));
            assertEqualFrom(0, BLOCK, in, buffer);
            assertThat(in.segment().asSlice(BLOCK, 126 * BLOCK).mismatch(MemorySegment.ofArray(new byte[126 * BLOCK])))
                    .isEqualTo(-1);
            assertEqualFrom(127 * BLOCK, BLOCK, in, buffer);
        }
    }

    @Test
    void commandsThatCannotBeExecutedFailWithTheirStatusAndTheNextOneSucceeds() {
        try (NvmeDriver driver = NvmeDriver.connect(socket, DriverOptions.defaults());
                DmaBuffer buffer = driver.allocate(8192)) {
            IoQueue queue = driver.ioQueue(0);
            long last = RAM_BYTES / BLOCK - 1;
            fails(queue, NvmeCommand.read(1, last + 1, 1, buffer, 0, BLOCK), StatusCode.LBA_OUT_OF_RANGE);
            fails(queue, NvmeCommand.read(1, last, 2, buffer, 0, 2 * BLOCK), StatusCode.LBA_OUT_OF_RANGE);
            fails(queue, NvmeCommand.read(1, -1, 1, buffer, 0, BLOCK), StatusCode.LBA_OUT_OF_RANGE);
            fails(queue, NvmeCommand.writeZeroes(1, last, 2, false), StatusCode.LBA_OUT_OF_RANGE);
            fails(queue, NvmeCommand.read(2, 0, 1, buffer, 0, BLOCK), StatusCode.INVALID_NAMESPACE_OR_FORMAT);
            fails(queue, NvmeCommand.read(-1, 0, 1, buffer, 0, BLOCK), StatusCode.INVALID_FIELD);
            fails(queue, NvmeCommand.io(0x7F).namespaceId(1), StatusCode.INVALID_OPCODE);
            fails(queue, readCommand(0, 4096).prp1(buffer.iova()), StatusCode.INVALID_FIELD);
            fails(queue, readCommand(0, 1).prp1(buffer.iova()).cdw0Flags(0xC000), StatusCode.INVALID_FIELD);
            fails(
                    queue,
                    readCommand(0, 1).prp1(buffer.iova()).fused(SubmissionEntry.FUSE_FIRST),
                    StatusCode.INVALID_FIELD);

            fails(queue, readCommand(0, 8).prp1(UNMAPPED), StatusCode.DATA_TRANSFER_ERROR);
            fails(queue, readCommand(0, 8).prp1(-4096), StatusCode.DATA_TRANSFER_ERROR);
            fails(queue, readCommand(0, 16).prp1(buffer.iova()).prp2(UNMAPPED), StatusCode.DATA_TRANSFER_ERROR);
            fails(queue, readCommand(0, 64).prp1(buffer.iova()).prp2(UNMAPPED), StatusCode.DATA_TRANSFER_ERROR);
            fails(queue, readCommand(0, 8).prp1(buffer.iova() + 2), StatusCode.PRP_OFFSET_INVALID);
            fails(
                    queue,
                    readCommand(0, 16).prp1(buffer.iova()).prp2(buffer.iova() + 512),
                    StatusCode.PRP_OFFSET_INVALID);
            fails(
                    queue,
                    readCommand(0, 8).sgl(UNMAPPED, 4096, SglDescriptor.DATA_BLOCK),
                    StatusCode.DATA_TRANSFER_ERROR);
            fails(
                    queue,
                    readCommand(0, 8).sgl(buffer.iova(), 4095, SglDescriptor.DATA_BLOCK),
                    StatusCode.DATA_SGL_LENGTH_INVALID);
            fails(
                    queue,
                    readCommand(0, 8).sgl(UNMAPPED, 32, SglDescriptor.LAST_SEGMENT),
                    StatusCode.DATA_TRANSFER_ERROR);
            fails(queue, readCommand(0, 8).sgl(buffer.iova(), 4096, 0x7F), StatusCode.SGL_DESCRIPTOR_TYPE_INVALID);
            // An SGL that leads back to itself.
            SglDescriptor.write(buffer.segment(), 0, buffer.iova(), 16, SglDescriptor.SEGMENT);
            fails(
                    queue,
                    readCommand(0, 8).sgl(buffer.iova(), 16, SglDescriptor.SEGMENT),
                    StatusCode.INVALID_NUMBER_OF_SGL_DESCRIPTORS);

            queue.executeSuccessfully(NvmeCommand.read(1, last, 1, buffer, 0, BLOCK));
            queue.executeSuccessfully(NvmeCommand.flush(-1));
            assertThat(driver.admin().execute(NvmeCommand.admin(0xFE)).is(StatusCode.INVALID_OPCODE))
                    .isTrue();
            assertThat(driver.admin()
                            .execute(NvmeCommand.createCompletionQueue(5, 16, UNMAPPED, false, 0))
                            .is(StatusCode.INVALID_FIELD))
                    .isTrue();
            assertThat(driver.admin()
                            .execute(NvmeCommand.createSubmissionQueue(5, 16, buffer.iova(), 6))
                            .is(StatusCode.COMPLETION_QUEUE_INVALID))
                    .isTrue();
        }
    }

    @Test
    void aDoorbellThatCannotBeIsIgnored() {
        try (NvmeDriver driver = NvmeDriver.connect(socket, DriverOptions.defaults());
                DmaBuffer buffer = driver.allocate(4096)) {
            IoQueue queue = driver.ioQueue(0);
            queue.executeSuccessfully(NvmeCommand.read(1, 0, 8, buffer, 0, 4096));
            driver.writeRegister32(Doorbells.submissionTail(1), 0xFFFF_FFFF);
            driver.writeRegister32(Doorbells.completionHead(1), 0x1234_5678);
            Awaitility.await().atMost(LIMIT).until(() -> said("err").contains("4294967295"));
            for (int i = 0; i < 200; i++) {
                queue.executeSuccessfully(NvmeCommand.read(1, i, 8, buffer, 0, 4096));
            }
        }
    }

    @Test
    void commandsAndDataAreCounted() {
        try (NvmeDriver driver = NvmeDriver.connect(socket, DriverOptions.defaults());
                DmaBuffer buffer = driver.allocate(512 << 10)) {
            IoQueue queue = driver.ioQueue(0);
            for (int i = 0; i < 5; i++) {
                queue.executeSuccessfully(NvmeCommand.read(1, 0, 1000, buffer, 0, 512_000));
            }
            queue.executeSuccessfully(NvmeCommand.write(1, 0, 1, false, buffer, 0, BLOCK));
            SmartLog smart = driver.smartLog();
            assertThat(smart.counter(SmartLog.DATA_UNITS_READ)).isEqualTo(5);
            assertThat(smart.counter(SmartLog.HOST_READ_COMMANDS)).isEqualTo(5);
            assertThat(smart.counter(SmartLog.DATA_UNITS_WRITTEN)).isEqualTo(1);
            assertThat(smart.counter(SmartLog.HOST_WRITE_COMMANDS)).isEqualTo(1);
        }
    }

    @Test
    void clientsComeAndGoAsTheyLike() {
        for (int i = 0; i < 3; i++) {
            NvmeDriver left =
                    NvmeDriver.connect(socket, DriverOptions.defaults().withQueues(2));
            left.ioQueue(1).flush(1, 0);
            left.abandon();
            try (NvmeDriver driver = NvmeDriver.connect(socket, DriverOptions.defaults())) {
                int csts = driver.readRegister32(ControllerRegisters.CSTS);
                assertThat(ControllerStatus.ready(csts)).isTrue();
                driver.resetController();
                driver.ioQueue(0).executeSuccessfully(NvmeCommand.flush(1));
            }
        }
    }

    @Test
    void aSignalEndsItWithSuccessAndASocketThatWasLeftBehindIsReplaced() throws Exception {
        server.destroyForcibly().waitFor();
        assertThat(socket).exists();
        server = start("--socket", socket.toString(), "--null", "1G");
        awaitListening();
        try (NvmeDriver driver = NvmeDriver.connect(socket, DriverOptions.defaults())) {
            assertThat(driver.namespaces().getFirst().lengthBytes()).isEqualTo(1L << 30);
            server.destroy();
            assertThat(server.waitFor(20, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(server.exitValue()).as(said("err")).isZero();
        assertThat(socket).doesNotExist();
    }

    @Test
    void aBareOneAnswersWhateverComesAndBelievesNoDoorbellBeyondItsQueue() throws Exception {
        server.destroyForcibly().waitFor();
        server = start("--socket", socket.toString(), "--null", "8M", "--bare");
        awaitListening();
        try (NvmeDriver driver =
                NvmeDriver.connect(socket, DriverOptions.defaults().withQueues(2))) {
            driver.writeRegister32(Doorbells.submissionTail(1), 0xFFFF_FFFF);
            driver.writeRegister32(Doorbells.completionHead(2), 0x1234_5678);
            for (int q = 0; q < 2; q++) {
                IoQueue queue = driver.ioQueue(q);
                for (int i = 0; i < 3 * queue.depth(); i++) {
                    queue.executeSuccessfully(readCommand(i, 8).prp1(UNMAPPED));
                }
                queue.executeSuccessfully(NvmeCommand.io(0x7F).namespaceId(7));
            }
            // The admin queue has its usual controller.
            assertThat(driver.admin().execute(NvmeCommand.admin(0xFE)).is(StatusCode.INVALID_OPCODE))
                    .isTrue();
            assertThat(driver.smartLog().counter(SmartLog.HOST_READ_COMMANDS)).isZero();
        }
    }

    @Test
    void theCopyLoopReportsWhatItDid() throws Exception {
        Process loop = start("--copy-loop", "--ram", "4M", "--block", "64K", "--seconds", "0.05");
        assertThat(loop.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(loop.exitValue()).as(said("err")).isZero();
        assertThat(said("out"))
                .matches("\\{\"copies\":\\d+,\"seconds\":[0-9.]+,\"copiesPerSecond\":\\d+,\"bytesPerSecond\":\\d+,"
                        + "\"blockBytes\":65536,\"ramBytes\":4194304,\"pages\":\"[a-z ,]+\"}\n");
    }

    @Test
    void argumentsThatMakeNoSenseAreRefused() throws Exception {
        for (String[] arguments : new String[][] {
            {},
            {"--socket", "x"},
            {"--socket", "x", "--ram", "1X"},
            {"--socket", "x", "--ram", "1M", "--null", "1M"},
            {"--socket", "x", "--ram", "1M", "--bare"},
            {"--copy-loop", "--ram", "1M", "--bare"},
            {"--frob"}
        }) {
            Process refused = start(arguments);
            assertThat(refused.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(refused.exitValue()).isEqualTo(2);
            assertThat(said("err")).contains("usage:");
        }
    }

    private static NvmeCommand readCommand(long lba, int blocks) {
        return NvmeCommand.io(NvmOpcode.READ).namespaceId(1).blocks(lba, blocks, 0);
    }

    private static void fails(IoQueue queue, NvmeCommand command, StatusCode status) {
        NvmeCompletion completion = queue.execute(command);
        assertThat(completion.is(status))
                .as("%s instead of %s", completion.describe(), status)
                .isTrue();
    }

    private static void assertEqualFrom(int offset, int lengthBytes, DmaBuffer actual, DmaBuffer expected) {
        assertThat(actual.segment()
                        .asSlice(offset, lengthBytes)
                        .mismatch(expected.segment().asSlice(offset, lengthBytes)))
                .isEqualTo(-1);
    }

    private static void fill(MemorySegment segment, long seed) {
        for (long i = 0; i + 8 <= segment.byteSize(); i += 8) {
            segment.set(ValueLayout.JAVA_LONG_UNALIGNED, i, (seed + i) * 0x9E37_79B9_7F4A_7C15L);
        }
    }
}
