package io.vfiouser.nvme.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.vfiouser.client.VfioUserException;
import io.vfiouser.nvme.DoorbellMode;
import io.vfiouser.nvme.NvmeDevice;
import io.vfiouser.nvme.PollMode;
import io.vfiouser.nvme.block.NullBlockDevice;
import io.vfiouser.nvme.block.RamBlockDevice;
import io.vfiouser.nvme.block.ThreadAllocation;
import io.vfiouser.nvme.spec.AdminOpcode;
import io.vfiouser.nvme.spec.ControllerRegisters;
import io.vfiouser.nvme.spec.ControllerStatus;
import io.vfiouser.nvme.spec.StatusCode;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The driver against this project's device in the same process, over the real library and socket. */
class NvmeDriverTest {

    private static final long RAM_BYTES = 32 << 20;
    private static final int BLOCK = 512;
    private static final Duration LONG = Duration.ofSeconds(10);

    private Path folder;
    private Path socket;
    private NvmeDevice device;

    @BeforeEach
    void serve() throws IOException {
        folder = Files.createTempDirectory("vfu");
        socket = folder.resolve("s");
        device = start(DoorbellMode.MAPPED, PollMode.ADAPTIVE);
    }

    private NvmeDevice start(DoorbellMode doorbells, PollMode poll) {
        return NvmeDevice.builder()
                .socket(socket)
                .namespace(RamBlockDevice.ofSize(RAM_BYTES))
                .namespace(NullBlockDevice.of(1 << 20, 4096))
                .doorbells(doorbells)
                .poll(poll)
                .start();
    }

    @AfterEach
    void stop() throws IOException {
        device.close();
        Files.deleteIfExists(socket);
        Files.delete(folder);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 512",
        "0, 4096",
        "512, 4096",
        "1024, 8192",
        "0, 12288",
        "4, 512",
        "2048, 131072",
        "0, 1048576",
        "3584, 1048576"
    })
    void whatIsWrittenComesBackFromBuffersOfAnyOffsetAndLength(int offset, int lengthBytes) {
        try (NvmeDriver driver = NvmeDriver.connect(socket, DriverOptions.defaults());
                DmaBuffer out = driver.allocate(lengthBytes + 4096);
                DmaBuffer in = driver.allocate(lengthBytes + 4096)) {
            fill(out.segment(), lengthBytes * 31 + offset);
            IoQueue queue = driver.ioQueue(0);
            int blocks = lengthBytes / BLOCK;
            queue.executeSuccessfully(NvmeCommand.write(1, 100, blocks, true, out, offset, lengthBytes));
            queue.executeSuccessfully(NvmeCommand.read(1, 100, blocks, in, offset, lengthBytes));
            assertThat(in.segment()
                            .asSlice(offset, lengthBytes)
                            .mismatch(out.segment().asSlice(offset, lengthBytes)))
                    .isEqualTo(-1);
            assertThat(in.segment().asSlice(0, offset).mismatch(MemorySegment.ofArray(new byte[offset])))
                    .isEqualTo(-1);
            assertThat(in.segment().get(ValueLayout.JAVA_BYTE, (long) offset + lengthBytes))
                    .isZero();
        }
    }

    @Test
    void theControllerAndItsNamespacesAreDescribed() {
        try (NvmeDriver driver =
                NvmeDriver.connect(socket, DriverOptions.defaults().withQueues(0))) {
            assertThat(driver.doorbellsMapped()).isTrue();
            assertThat(driver.ioQueueCount()).isZero();
            assertThat(driver.identify().modelNumber()).isNotEmpty();
            List<NamespaceInfo> namespaces = driver.namespaces();
            assertThat(namespaces).extracting(NamespaceInfo::id).containsExactly(1, 2);
            assertThat(namespaces).extracting(NamespaceInfo::blockBytes).containsExactly(512, 4096);
            assertThat(namespaces).extracting(NamespaceInfo::lengthBytes).containsExactly(RAM_BYTES, 4L << 30);
            assertThat(namespaces).allMatch(namespace -> namespace.uuid().isPresent());
        }
    }

    @Test
    void aCommandThatFailsKeepsItsStatus() {
        try (NvmeDriver driver = NvmeDriver.connect(socket, DriverOptions.defaults());
                DmaBuffer buffer = driver.allocate(4096)) {
            NvmeCompletion beyond =
                    driver.ioQueue(0).execute(NvmeCommand.read(1, RAM_BYTES / BLOCK, 1, buffer, 0, BLOCK));
            assertThat(beyond.is(StatusCode.LBA_OUT_OF_RANGE))
                    .as(beyond.describe())
                    .isTrue();
            assertThatExceptionOfType(NvmeCommandException.class)
                    .isThrownBy(() -> driver.admin().executeSuccessfully(NvmeCommand.admin(0xFE)))
                    .withMessageContaining("INVALID_OPCODE")
                    .satisfies(e -> assertThat(e.completion().is(StatusCode.INVALID_OPCODE))
                            .isTrue());
        }
    }

    @Test
    void asynchronousEventRequestsMayWaitWhileOtherAdminCommandsGoOn() {
        try (NvmeDriver driver =
                NvmeDriver.connect(socket, DriverOptions.defaults().withQueues(0))) {
            int token = driver.admin().submit(NvmeCommand.admin(AdminOpcode.ASYNCHRONOUS_EVENT_REQUEST));
            assertThat(driver.namespaces()).hasSize(2);
            assertThat(driver.admin().await(token, Duration.ofMillis(20))).isEmpty();
        }
    }

    @Test
    void aTransferThatTheControllerDoesNotTakeIsRefusedHere() {
        DriverOptions options = DriverOptions.defaults().withMaximumTransferBytes(128 << 10);
        try (NvmeDriver driver = NvmeDriver.connect(socket, options);
                DmaBuffer buffer = driver.allocate(1 << 20)) {
            assertThat(driver.maximumTransferBytes()).isEqualTo(128 << 10);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> driver.ioQueue(0).read(1, 0, 512, buffer.iova(), 256 << 10, 0))
                    .withMessageContaining("131072");
        }
    }

    @Test
    void queuesOfEveryDepthAndNumberWork() {
        for (int[] shape : new int[][] {{1, 1}, {1, 2}, {3, 3}, {2, 1023}, {16, 31}}) {
            DriverOptions options =
                    DriverOptions.defaults().withQueues(shape[0]).withDepth(shape[1]);
            try (NvmeDriver driver = NvmeDriver.connect(socket, options);
                    DmaBuffer buffer = driver.allocate(4096)) {
                assertThat(driver.ioQueueCount()).isEqualTo(shape[0]);
                for (int i = 0; i < shape[0]; i++) {
                    assertThat(completedReads(driver.ioQueue(i), buffer, 3 * shape[1] + 5))
                            .doesNotHaveDuplicates();
                }
            }
        }
    }

    @Test
    void aResetGivesNewQueuesAndKeepsTheData() {
        try (NvmeDriver driver =
                        NvmeDriver.connect(socket, DriverOptions.defaults().withQueues(2));
                DmaBuffer buffer = driver.allocate(4096)) {
            fill(buffer.segment(), 77);
            driver.ioQueue(1).executeSuccessfully(NvmeCommand.write(1, 5, 8, false, buffer, 0, 4096));
            for (int i = 0; i < 3; i++) {
                driver.resetController();
            }
            try (DmaBuffer in = driver.allocate(4096)) {
                driver.ioQueue(1).executeSuccessfully(NvmeCommand.read(1, 5, 8, in, 0, 4096));
                assertThat(in.segment().mismatch(buffer.segment())).isEqualTo(-1);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"MAPPED, ADAPTIVE", "TRAPPED, EVENT"})
    void interruptsWakeWhoWaits(DoorbellMode doorbells, PollMode poll) {
        device.close();
        device = start(doorbells, poll);
        DriverOptions options = DriverOptions.defaults().withQueues(2).withInterrupts(true);
        try (NvmeDriver driver = NvmeDriver.connect(socket, options);
                DmaBuffer buffer = driver.allocate(4096)) {
            assertThat(driver.doorbellsMapped()).isEqualTo(doorbells == DoorbellMode.MAPPED);
            for (int i = 0; i < 2; i++) {
                IoQueue queue = driver.ioQueue(i);
                for (int j = 0; j < 50; j++) {
                    queue.executeSuccessfully(NvmeCommand.read(1, j, 8, buffer, 0, 4096));
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"MAPPED, ADAPTIVE", "TRAPPED, ADAPTIVE", "TRAPPED, EVENT"})
    void shadowDoorbellsAreUsedWhereTheyAreWanted(DoorbellMode doorbells, PollMode poll) {
        device.close();
        device = start(doorbells, poll);
        DriverOptions options =
                DriverOptions.defaults().withQueues(2).withInterrupts(true).withShadowDoorbells(true);
        try (NvmeDriver driver = NvmeDriver.connect(socket, options);
                DmaBuffer out = driver.allocate(4096);
                DmaBuffer in = driver.allocate(4096)) {
            for (int round = 0; round < 2; round++) {
                assertThat(driver.shadowDoorbells()).isTrue();
                for (int i = 0; i < 500; i++) {
                    out.segment().fill((byte) (i + round));
                    IoQueue queue = driver.ioQueue(i % 2);
                    queue.executeSuccessfully(NvmeCommand.write(1, i, 8, false, out, 0, 4096));
                    queue.executeSuccessfully(NvmeCommand.read(1, i, 8, in, 0, 4096));
                    assertThat(in.segment().mismatch(out.segment())).isEqualTo(-1);
                }
                driver.resetController();
            }
        }
        try (NvmeDriver driver = NvmeDriver.connect(socket, DriverOptions.defaults())) {
            assertThat(driver.shadowDoorbells()).isFalse();
        }
    }

    @Test
    void closingShutsTheControllerDownAndTheNextOneMayAttach() {
        for (int i = 0; i < 3; i++) {
            try (NvmeDriver driver = NvmeDriver.connect(socket, DriverOptions.defaults())) {
                int csts = driver.readRegister32(ControllerRegisters.CSTS);
                assertThat(ControllerStatus.ready(csts)).isTrue();
                assertThat(ControllerStatus.shutdown(csts)).isEqualTo(ControllerStatus.SHST_NORMAL_OPERATION);
            }
        }
        NvmeDriver.connect(socket, DriverOptions.defaults()).abandon();
        NvmeDriver.connect(socket, DriverOptions.defaults()).close();
    }

    @Test
    void aServerThatEndsIsNoticedWithinASecondByPollersAndSleepersAndOnTheAdminQueue() {
        for (boolean interrupts : new boolean[] {false, true}) {
            NvmeDriver driver =
                    NvmeDriver.connect(socket, DriverOptions.defaults().withInterrupts(interrupts));
            try (DmaBuffer buffer = driver.allocate(4096)) {
                driver.ioQueue(0).executeSuccessfully(NvmeCommand.read(1, 0, 8, buffer, 0, 4096));
                device.close();
                driver.ioQueue(0).read(1, 0, 8, buffer.iova(), 4096, 0);
                long start = System.nanoTime();
                assertThatExceptionOfType(NvmeDisconnectedException.class)
                        .isThrownBy(() -> driver.ioQueue(0).await((tag, status, result) -> {}, LONG))
                        .withMessageContaining("gone");
                assertThatExceptionOfType(NvmeDriverException.class).isThrownBy(driver::namespaces);
                assertThat(System.nanoTime() - start).isLessThan(1_000_000_000L);
            }
            driver.close();
            device = start(DoorbellMode.MAPPED, PollMode.ADAPTIVE);
        }
    }

    @Test
    void whereNobodyListensAnExceptionSaysSo() {
        assertThatExceptionOfType(VfioUserException.class)
                .isThrownBy(() -> NvmeDriver.connect(folder.resolve("none"), DriverOptions.defaults()));
    }

    @Test
    void anotherKindOfDeviceIsRefused() throws IOException, InterruptedException {
        Path sample = Path.of(System.getProperty("vfiouser.test.native.dir"), "samples", "gpio-pci-idio-16");
        Path gpio = folder.resolve("gpio");
        Process server = new ProcessBuilder(sample.toString(), gpio.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            Awaitility.await()
                    .ignoreExceptionsInstanceOf(VfioUserException.class)
                    .untilAsserted(() -> assertThatExceptionOfType(NvmeProtocolException.class)
                            .isThrownBy(() -> NvmeDriver.connect(gpio, DriverOptions.defaults()))
                            .withMessageContaining("no NVMe controller"));
        } finally {
            server.destroyForcibly().waitFor();
            Files.deleteIfExists(gpio);
        }
    }

    @Test
    void submittingAndPollingAllocateNothing() {
        try (NvmeDriver driver = NvmeDriver.connect(socket, DriverOptions.defaults());
                DmaBuffer buffer = driver.allocate(64 << 10)) {
            IoQueue queue = driver.ioQueue(0);
            long[] completed = new long[1];
            CompletionHandler count = (tag, status, result) -> completed[0]++;
            long allocated = -1;
            // the first rounds warm up: an interpreter may allocate where compiled code does not
            for (int round = 0; round < 20 && allocated != 0; round++) {
                long before = ThreadAllocation.bytes();
                long target = completed[0] + 2_000;
                while (completed[0] < target) {
                    while (queue.outstanding() < queue.depth()) {
                        boolean submitted = (completed[0] & 1) == 0
                                ? queue.read(1, 8, 128, buffer.iova(), 64 << 10, 1)
                                : queue.write(1, 8, 8, buffer.iova(), 4096, false, 2);
                        assertTrue(submitted);
                    }
                    queue.poll(count);
                }
                allocated = ThreadAllocation.bytes() - before;
            }
            assertThat(allocated).isZero();
            while (queue.outstanding() > 0) {
                queue.poll(count);
            }
        }
    }

    private static void assertTrue(boolean condition) {
        if (!condition) {
            throw new AssertionError("the queue had room");
        }
    }

    private static List<Long> completedReads(IoQueue queue, DmaBuffer buffer, int count) {
        List<Long> completed = new ArrayList<>();
        CompletionHandler handler = (tag, status, result) -> {
            assertThat(status).isZero();
            completed.add(tag);
        };
        long next = 0;
        while (completed.size() < count) {
            while (next < count && queue.read(1, next, 8, buffer.iova(), 4096, next)) {
                next++;
            }
            queue.await(handler, LONG);
        }
        assertThat(queue.outstanding()).isZero();
        return completed;
    }

    private static void fill(MemorySegment segment, long seed) {
        for (long i = 0; i + 8 <= segment.byteSize(); i += 8) {
            segment.set(ValueLayout.JAVA_LONG_UNALIGNED, i, (seed + i) * 0x9E37_79B9_7F4A_7C15L);
        }
    }
}
