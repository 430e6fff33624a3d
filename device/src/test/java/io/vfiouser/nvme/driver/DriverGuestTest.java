package io.vfiouser.nvme.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.vfiouser.client.VfioUserClient;
import io.vfiouser.mover.Guest;
import io.vfiouser.nvme.DoorbellMode;
import io.vfiouser.nvme.NvmeDevice;
import io.vfiouser.nvme.PollMode;
import io.vfiouser.nvme.block.RamBlockDevice;
import io.vfiouser.nvme.driver.workload.MoveTimeline;
import io.vfiouser.nvme.driver.workload.VerifyReport;
import io.vfiouser.nvme.driver.workload.VerifyRun;
import io.vfiouser.nvme.driver.workload.VerifySettings;
import io.vfiouser.nvme.spec.ControllerConfiguration;
import io.vfiouser.nvme.spec.ControllerRegisters;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.Lock;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The driver as a guest: it stands still, goes on, and is turned to another device and back. */
class DriverGuestTest {

    private static final Duration LONG = Duration.ofSeconds(10);
    private static final int PAUSES = 20;
    private static final long PAUSE_NANOS = 2_000_000;

    private Path folder;
    private NvmeDevice device;

    @BeforeEach
    void createFolder() throws IOException {
        folder = Files.createTempDirectory("vfu");
    }

    @AfterEach
    void stop() throws IOException {
        device.close();
        Files.deleteIfExists(folder.resolve("a"));
        Files.deleteIfExists(folder.resolve("b"));
        Files.delete(folder);
    }

    private NvmeDevice serve(String name, DoorbellMode doorbells) {
        return NvmeDevice.builder()
                .socket(folder.resolve(name))
                .namespace(RamBlockDevice.ofSize(16 << 20))
                .doorbells(doorbells)
                .poll(PollMode.ADAPTIVE)
                .start();
    }

    private NvmeDriver connect(DriverOptions options) {
        return NvmeDriver.connect(folder.resolve("a"), options);
    }

    @ParameterizedTest
    @CsvSource({"MAPPED, false, false", "TRAPPED, false, false", "MAPPED, true, false", "MAPPED, false, true"})
    void aLoadThatIsPausedAgainAndAgainLosesNothing(DoorbellMode doorbells, boolean interrupts, boolean shadow) {
        device = serve("a", doorbells);
        DriverOptions options = DriverOptions.defaults()
                .withQueues(2)
                .withDepth(16)
                .withInterrupts(interrupts)
                .withShadowDoorbells(shadow);
        VerifySettings settings = VerifySettings.of(4096, Duration.ZERO)
                .withFlushEvery(16)
                .withOneAtDepthOne(true)
                .withSleep(interrupts)
                .withCommandTimeout(Duration.ofSeconds(5));
        try (NvmeDriver driver = connect(options);
                VerifyRun run = VerifyRun.start(driver, driver.namespace(1), settings)) {
            Guest guest = driver.guest();
            for (int i = 0; i < PAUSES; i++) {
                long before = run.completions();
                Awaitility.await()
                        .atMost(LONG)
                        .pollInterval(Duration.ofMillis(1))
                        .until(() ->
                                run.completions() > before + 8 || run.failure().isPresent());
                guest.pause();
                long completions = run.completions();
                long start = System.nanoTime();
                while (System.nanoTime() - start < PAUSE_NANOS) {
                    Thread.onSpinWait();
                }
                long afterwards = run.completions();
                guest.resume();
                assertThat(afterwards).isEqualTo(completions);
            }
            run.stop();
            VerifyReport report = run.await();
            assertThat(report.intact()).as(report.mismatches().toString()).isTrue();
            assertThat(report.unitsChecked()).isPositive();
            MoveTimeline timeline = run.timeline();
            assertThat(timeline.workers()).isEqualTo(2);
            List<MoveTimeline.Gap> gaps = timeline.gaps();
            assertThat(gaps).hasSize(PAUSES).noneMatch(MoveTimeline.Gap::moved);
            assertThat(gaps).allMatch(gap -> gap.durationNanos() > 0);
            long counted = 0;
            for (int bucket = 0; bucket < timeline.buckets(); bucket++) {
                counted += timeline.completions(bucket);
            }
            assertThat(counted).isEqualTo(report.reads() + report.writes() + report.flushes());
        }
    }

    @Test
    void adminCommandsWaitWhileTheGuestIsPausedAndItsLockIsFree() throws InterruptedException {
        device = serve("a", DoorbellMode.TRAPPED);
        try (NvmeDriver driver = connect(DriverOptions.defaults().withQueues(1))) {
            driver.guest().pause();
            Thread asks = Thread.ofPlatform().start(driver::smartLog);
            Awaitility.await().atMost(LONG).until(() -> asks.getState() == Thread.State.WAITING);
            Lock lock = driver.guest().clientLock();
            assertThat(lock.tryLock()).isTrue();
            lock.unlock();
            driver.guest().resume();
            assertThat(asks.join(LONG)).isTrue();
        }
    }

    @Test
    void threadsThatUseBothKindsOfQueuesDoNotBlockAPauseOrEachOther() throws InterruptedException {
        device = serve("a", DoorbellMode.MAPPED);
        boolean[] stop = new boolean[1];
        try (NvmeDriver driver = connect(DriverOptions.defaults().withQueues(2))) {
            List<Thread> users = List.of(
                    Thread.ofPlatform().start(() -> useBoth(driver, 0, stop)),
                    Thread.ofPlatform().start(() -> useBoth(driver, 1, stop)));
            for (int i = 0; i < PAUSES; i++) {
                driver.guest().pause();
                driver.guest().resume();
                driver.smartLog();
            }
            synchronized (stop) {
                stop[0] = true;
            }
            for (Thread user : users) {
                assertThat(user.join(LONG)).isTrue();
            }
        }
    }

    private static void useBoth(NvmeDriver driver, int queue, boolean[] stop) {
        try (GuestThread _ = driver.threads().enter();
                DmaBuffer buffer = driver.allocate(4096)) {
            while (true) {
                synchronized (stop) {
                    if (stop[0]) {
                        return;
                    }
                }
                driver.ioQueue(queue).executeSuccessfully(NvmeCommand.write(1, 8L * queue, 8, false, buffer, 0, 4096));
                driver.smartLog();
                driver.allocate(4096).close();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(DoorbellMode.class)
    void registersAndDoorbellsGoToTheOtherDeviceAndBackAndQueuesStayAsTheyWere(DoorbellMode other) {
        device = serve("a", DoorbellMode.MAPPED);
        try (NvmeDevice _ = serve("b", other);
                NvmeDriver driver = connect(DriverOptions.defaults().withInterrupts(true));
                VfioUserClient destination = VfioUserClient.connect(folder.resolve("b"));
                DmaBuffer buffer = driver.allocate(8192)) {
            VfioUserClient source = driver.client();
            int enabled = driver.readRegister32(ControllerRegisters.CC);
            assertThat(ControllerConfiguration.enabled(enabled)).isTrue();
            IoQueue queue = driver.ioQueue(0);
            MemorySegment.copy(pattern(), 0, buffer.segment(), 0, 4096);
            // submitted and not rung: the doorbell is rung where the device then is
            assertThat(queue.submit(NvmeCommand.write(1, 0, 8, false, buffer, 0, 4096), 7))
                    .isTrue();
            driver.guestMemory().mapInto(destination);
            Guest guest = driver.guest();
            guest.prepare(destination);
            guest.pause();
            guest.switchTo(destination);
            guest.resume();
            assertThat(driver.client()).isSameAs(destination);
            assertThat(driver.doorbellsMapped()).isEqualTo(other == DoorbellMode.MAPPED);
            assertThat(ControllerConfiguration.enabled(driver.readRegister32(ControllerRegisters.CC)))
                    .isFalse();
            assertThat(driver.threads().movedIn(0)).isTrue();

            guest.prepare(source);
            guest.pause();
            guest.switchTo(source);
            guest.resume();
            assertThat(driver.readRegister32(ControllerRegisters.CC)).isEqualTo(enabled);
            long[] tags = new long[1];
            assertThat(queue.await((tag, status, result) -> tags[0] = status == 0 ? tag : -1, LONG))
                    .isEqualTo(1);
            assertThat(tags[0]).isEqualTo(7);
            queue.executeSuccessfully(NvmeCommand.read(1, 0, 8, buffer, 4096, 4096));
            assertThat(buffer.segment()
                            .asSlice(4096, 4096)
                            .mismatch(buffer.segment().asSlice(0, 4096)))
                    .isEqualTo(-1);
        }
    }

    @Test
    void aGuestThatIsRolledBackUsesTheSourceAsBefore() {
        device = serve("a", DoorbellMode.MAPPED);
        try (NvmeDevice _ = serve("b", DoorbellMode.MAPPED);
                NvmeDriver driver = connect(DriverOptions.defaults());
                VfioUserClient destination = VfioUserClient.connect(folder.resolve("b"));
                DmaBuffer buffer = driver.allocate(4096)) {
            Guest guest = driver.guest();
            guest.prepare(destination);
            guest.pause();
            guest.rollBack();
            guest.resume();
            driver.ioQueue(0).executeSuccessfully(NvmeCommand.write(1, 0, 8, false, buffer, 0, 4096));
            assertThat(driver.smartLog()).isNotNull();
        }
    }

    @Test
    void aServerThatDiesWhileTheGuestIsPausedIsNoticedAfterwards() {
        device = serve("a", DoorbellMode.MAPPED);
        try (NvmeDriver driver = connect(DriverOptions.defaults())) {
            driver.guest().pause();
            device.close();
            driver.guest().resume();
            assertThat(driver.ioQueue(0).flush(1, 0)).isTrue();
            assertThatExceptionOfType(NvmeDisconnectedException.class)
                    .isThrownBy(() -> driver.ioQueue(0).await((tag, status, result) -> {}, LONG));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aGuestThatLeftIsNotUsedHereAnyMore(boolean stands) throws InterruptedException {
        device = serve("a", DoorbellMode.MAPPED);
        try (NvmeDriver driver = connect(DriverOptions.defaults());
                VerifyRun run = VerifyRun.start(
                        driver,
                        driver.namespace(1),
                        VerifySettings.of(4096, Duration.ZERO).withSpanBytes(1 << 20))) {
            if (!stands) {
                run.stop();
                assertThat(run.await().intact()).isTrue();
            }
            driver.guest().pause();
            driver.guest().left();
            if (stands) {
                assertThatExceptionOfType(NvmeDisconnectedException.class)
                        .isThrownBy(run::await)
                        .withMessageContaining("moved to another process");
            }
        }
    }

    private static MemorySegment pattern() {
        byte[] bytes = new byte[4096];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (i * 31 + i / 256);
        }
        return MemorySegment.ofArray(bytes);
    }
}
