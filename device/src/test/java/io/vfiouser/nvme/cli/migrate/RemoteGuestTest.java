package io.vfiouser.nvme.cli.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.client.ClientOptions;
import io.vfiouser.client.VfioUserClient;
import io.vfiouser.mover.Arrival;
import io.vfiouser.mover.DeviceMove;
import io.vfiouser.mover.GuestMemory;
import io.vfiouser.mover.MoveOptions;
import io.vfiouser.mover.MoveOutcome;
import io.vfiouser.mover.MoveReport;
import io.vfiouser.mover.MoveTarget;
import io.vfiouser.mover.ReceiveOptions;
import io.vfiouser.mover.RemoteReceiver;
import io.vfiouser.mover.StepListener;
import io.vfiouser.nvme.NvmeDevice;
import io.vfiouser.nvme.block.RamBlockDevice;
import io.vfiouser.nvme.driver.DriverOptions;
import io.vfiouser.nvme.driver.NvmeDriver;
import io.vfiouser.nvme.driver.NvmeDriverException;
import io.vfiouser.nvme.testing.CuttingProxy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The driver with its verified load goes on behind a receiver, or at the source if the link breaks, and nothing is lost or doubled. */
@Timeout(60)
class RemoteGuestTest {
    private static final int DISK_BYTES = 4 << 20;
    /** What the sender has had when it orders the other side to take over. */
    private static final long BYTES_BEFORE_THE_ORDER = 44;

    private static final long WHOLE = Long.MAX_VALUE;
    private static final Duration SILENCE = Duration.ofSeconds(5);
    private static final Duration WORK = Duration.ofMillis(100);
    private static final CountDownLatch NOT_CANCELLED = new CountDownLatch(1);

    private Path folder;
    private NvmeDevice source;
    private NvmeDevice destination;

    @BeforeEach
    void start() throws IOException {
        folder = Files.createTempDirectory("vfu");
        source = serve("a", false);
        destination = serve("b", true);
    }

    private NvmeDevice serve(String name, boolean incoming) {
        return NvmeDevice.builder()
                .namespace(RamBlockDevice.ofSize(DISK_BYTES))
                .socket(folder.resolve(name))
                .incoming(incoming)
                .start();
    }

    @AfterEach
    void stop() throws IOException {
        source.close();
        destination.close();
        Files.deleteIfExists(folder.resolve("a"));
        Files.deleteIfExists(folder.resolve("b"));
        Files.delete(folder);
    }

    private VfioUserClient connect(NvmeDevice device) {
        return VfioUserClient.connect(device.socket(), ClientOptions.defaults());
    }

    private NvmeGuest guest(boolean interrupts, boolean shadow, int spanBytes) {
        DriverOptions options = DriverOptions.defaults()
                .withQueues(2)
                .withDepth(8)
                .withMemoryBytes(1 << 20)
                .withMaximumTransferBytes(1 << 16)
                .withInterrupts(interrupts)
                .withShadowDoorbells(shadow);
        NvmeDriver driver = NvmeDriver.connect(source.socket(), options);
        return NvmeGuest.start(driver, driver.namespace(1), 4096, spanBytes, interrupts);
    }

    /**
     * Bytes to the sender: 20 agree to the greeting, 12 to take a state, 12 to all of it, 12 say that the device runs. With 44 of them the
     * link breaks when the source has let go or will do so at once, and the order to take over has not arrived.
     */
    @ParameterizedTest
    @CsvSource({
        "-1, -1, false, false", "-1, -1, true, false", "-1, -1, false, true", "100, -1, false, false",
        "600000, -1, true, false", "-1, 19, false, false", "-1, 31, false, false", "-1, 43, true, false",
        "-1, 44, false, true", "-1, 50, false, false"
    })
    void exactlyOneSideGoesOnAndLosesNothing(long toReceiver, long toSender, boolean interrupts, boolean shadow)
            throws IOException {
        try (RemoteReceiver receiver = RemoteReceiver.listen(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        () -> connect(destination),
                        new Boarding(),
                        ReceiveOptions.defaults().withSilence(SILENCE).withLinger(Duration.ZERO));
                CuttingProxy proxy = new CuttingProxy(
                        receiver.address(), toReceiver < 0 ? WHOLE : toReceiver, toSender < 0 ? WHOLE : toSender);
                NvmeGuest guest = guest(interrupts, shadow, 1 << 20)) {
            MoveReport report = new DeviceMove(
                            guest.client(),
                            MoveTarget.remote(proxy.address(), SILENCE),
                            guest.guest(),
                            guest.memory(),
                            MoveOptions.defaults(),
                            StepListener.NONE)
                    .sourceAgain(() -> connect(source))
                    .run();
            boolean sure = toReceiver < 0 && (toSender < 0 || toSender > BYTES_BEFORE_THE_ORDER);
            assertThat(report.outcome()).isInstanceOf(sure ? MoveOutcome.Moved.class : MoveOutcome.RolledBack.class);
            if (report.moved()) {
                try (Arrival arrival = receiver.await(SILENCE).orElseThrow()) {
                    ArrivalReport stay = GuestStay.at(arrival, WORK, NOT_CANCELLED);
                    assertThat(stay.reason()).isEmpty();
                    assertThat(stay.outcome()).isEqualTo(Outcome.MOVED);
                    requireVerified(stay.verification().orElseThrow());
                    assertThat(stay.load()).isEqualTo(guest.load());
                }
            } else {
                assertThat(receiver.await(Duration.ZERO)).isEmpty();
                assertThat(guest.failure()).isEmpty();
                guest.check();
                requireVerified(guest.finish().orElseThrow());
            }
        }
    }

    private static void requireVerified(Verification verification) {
        assertThat(verification.intact()).as(verification.faults().toString()).isTrue();
        assertThat(verification.unitsChecked()).isPositive();
        assertThat(verification.reads()).isPositive();
    }

    @Test
    void aStateThatMakesNoSenseIsRefusedAndHarmsNobody() {
        byte[] good;
        try (NvmeGuest guest = guest(false, true, 1 << 16);
                GuestMemory memory = GuestMemory.create(guest.memory().regions())) {
            guest.guest().pause();
            good = guest.guest().save();
            guest.guest().resume();
            SplittableRandom random = new SplittableRandom(7);
            int refused = 0;
            for (int i = 0; i < 150; i++) {
                byte[] bad = good.clone();
                if (i % 3 == 0) {
                    bad = Arrays.copyOf(bad, random.nextInt(bad.length));
                } else {
                    // Most of it is Identify data and unit generations, which may be anything.
                    int at = random.nextInt(i % 3 == 1 ? 70 : bad.length);
                    bad[at] = (byte) random.nextInt();
                    bad[(at + 1) % bad.length] = (byte) random.nextInt();
                }
                refused += refuses(memory, bad) ? 1 : 0;
            }
            assertThat(refused).isGreaterThan(50);
            assertThat(refuses(memory, good)).isFalse();
        }
    }

    private boolean refuses(GuestMemory memory, byte[] state) {
        try (VfioUserClient client = connect(destination)) {
            NvmeGuest.arrived(client, memory, state).discard();
            return false;
        } catch (NvmeDriverException | IllegalArgumentException e) {
            return true;
        }
    }
}
