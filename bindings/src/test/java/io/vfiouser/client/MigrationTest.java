package io.vfiouser.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.vfiouser.os.EventFd;
import io.vfiouser.os.MemFd;
import io.vfiouser.os.Protection;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Moving and watching libvfio-user's own sample device, over whichever protocol the library at hand speaks. */
@Timeout(60)
class MigrationTest {
    private static final int PAGE = 4096;
    private static final int BAR1_BYTES = 0x3000;
    private static final int STATE_BYTES = BAR1_BYTES + Long.BYTES;
    private static final int MOST_PIECES = 100;

    @TempDir
    Path folder;

    private Path sourceFolder;
    private Path destinationFolder;

    @BeforeEach
    void makeFolders() throws Exception {
        sourceFolder = Files.createDirectory(folder.resolve("a"));
        destinationFolder = Files.createDirectory(folder.resolve("b"));
    }

    @Test
    void movesTheSampleDeviceWithItsMemory() {
        try (SampleServer source = SampleServer.start(sourceFolder, "server");
                SampleServer destination = SampleServer.start(destinationFolder, "server");
                VfioUserClient from = source.connect();
                VfioUserClient to = destination.connect();
                Arena arena = Arena.ofConfined()) {
            MemorySegment bar1 = fill(from, arena);
            MigrationClient save = from.migration();
            MigrationClient load = to.migration();
            assertThat(save.preCopy()).isTrue();
            assertThat(save.state()).isEqualTo(MigrationState.RUNNING);

            save.setState(MigrationState.PRE_COPY);
            assertThat(save.state()).isEqualTo(MigrationState.PRE_COPY);
            assertThat(total(readAll(from, arena))).isEqualTo(BAR1_BYTES);
            // The device still works.
            from.writeRegion64(PciRegions.BAR1, 0, 0x0123456789abcdefL);
            bar1.set(ValueLayout.JAVA_LONG, 0, 0x0123456789abcdefL);

            save.setState(MigrationState.STOP_COPY);
            assertThat(save.state()).isEqualTo(MigrationState.STOP_COPY);
            List<MemorySegment> state = readAll(from, arena);
            assertThat(total(state)).isEqualTo(STATE_BYTES);
            save.setState(MigrationState.STOP);
            assertThat(save.state()).isEqualTo(MigrationState.STOP);

            load.setState(MigrationState.RESUMING);
            assertThat(load.state()).isEqualTo(MigrationState.RESUMING);
            state.forEach(load::write);
            load.setState(MigrationState.RUNNING);
            assertThat(load.state()).isEqualTo(MigrationState.RUNNING);

            MemorySegment moved = arena.allocate(BAR1_BYTES);
            to.readRegion(PciRegions.BAR1, 0, moved);
            assertThat(moved.mismatch(bar1)).isEqualTo(-1);
        }
    }

    @Test
    void aStateIsReadInPiecesOfAnySizeThatTheServerBears() {
        try (SampleServer source = SampleServer.start(sourceFolder, "server");
                VfioUserClient from = source.connect();
                Arena arena = Arena.ofConfined()) {
            fill(from, arena);
            MigrationClient save = from.migration();
            save.setState(MigrationState.STOP_COPY);
            MemorySegment small = arena.allocate(1000);
            if (save.protocol() == MigrationClient.Protocol.REGISTERS) {
                // The sample wants to be read in one go and says so.
                assertThatExceptionOfType(VfioUserErrorReply.class).isThrownBy(() -> save.read(small));
                return;
            }
            int read = 0;
            int step = small.byteSize() > 0 ? save.read(small) : 0;
            while (step > 0) {
                read += step;
                step = save.read(small);
            }
            assertThat(read).isEqualTo(STATE_BYTES);
            assertThat(save.read(arena.allocate(0))).isZero();
        }
    }

    @Test
    void aMoveIsCalledOff() {
        try (SampleServer source = SampleServer.start(sourceFolder, "server");
                VfioUserClient from = source.connect();
                Arena arena = Arena.ofConfined()) {
            MemorySegment bar1 = fill(from, arena);
            MigrationClient save = from.migration();
            save.setState(MigrationState.PRE_COPY);
            // Asking twice is no error, though libvfio-user 0.1 says so.
            save.setState(MigrationState.PRE_COPY);
            readAll(from, arena);
            // The sample of 0.2 asserts that it is not called off any earlier.
            save.setState(MigrationState.STOP_COPY);
            readAll(from, arena);
            save.setState(MigrationState.RUNNING);
            assertThat(save.state()).isEqualTo(MigrationState.RUNNING);
            assertThat(from.readRegion64(PciRegions.BAR1, 0)).isEqualTo(bar1.get(ValueLayout.JAVA_LONG, 0));
        }
    }

    @Test
    void impossibleStepsAreRefusedAndTheStateStays() {
        try (SampleServer source = SampleServer.start(sourceFolder, "server");
                VfioUserClient from = source.connect();
                Arena arena = Arena.ofConfined()) {
            fill(from, arena);
            MigrationClient save = from.migration();
            save.setState(MigrationState.STOP_COPY);
            assertThatExceptionOfType(VfioUserErrorReply.class)
                    .isThrownBy(() -> save.setState(MigrationState.PRE_COPY));
            assertThat(save.state()).isEqualTo(MigrationState.STOP_COPY);
            assertThatIllegalArgumentException().isThrownBy(() -> save.setState(MigrationState.ERROR));
            MemorySegment some = arena.allocate(8);
            assertThatExceptionOfType(VfioUserErrorReply.class).isThrownBy(() -> save.write(some));
        }
    }

    @Test
    void aDeviceThatCannotMoveSaysSo() {
        try (SampleServer server = SampleServer.start(sourceFolder, "gpio-pci-idio-16", "-M");
                VfioUserClient client = server.connect()) {
            assertThat(client.canMigrate()).isFalse();
            assertThatExceptionOfType(VfioUserException.class)
                    .isThrownBy(client::migration)
                    .withMessageContaining("no way to migrate");
        }
    }

    @Test
    void theGpioSampleCanMove() {
        try (SampleServer server = SampleServer.start(sourceFolder, "gpio-pci-idio-16");
                VfioUserClient client = server.connect()) {
            assertThat(client.canMigrate()).isTrue();
            client.migration().setState(MigrationState.STOP_COPY);
            assertThat(client.migration().state()).isEqualTo(MigrationState.STOP_COPY);
            client.migration().setState(MigrationState.RUNNING);
        }
    }

    @Test
    void reportsThePagesTheSampleDeviceWrites() {
        try (SampleServer source = SampleServer.start(sourceFolder, "server");
                VfioUserClient client = source.connect();
                EventFd interrupt = EventFd.create();
                MemFd memory = MemFd.create("guest", 8 * PAGE)) {
            boolean old = client.capabilities().minor() < 2;
            client.mapDma(0, PAGE, memory.fd(), 0, Protection.READ_WRITE);
            client.mapDma(PAGE, PAGE, memory.fd(), PAGE, Protection.READ_WRITE);
            client.mapDma(2 * PAGE, 6 * PAGE, memory.fd(), 2 * PAGE, Protection.READ_WRITE);
            client.setIrqEventFds(PciIrqs.INTX, 0, interrupt);
            DirtyLog log = client.dirtyLog();
            assertThat(log.pageBytes()).isEqualTo(PAGE);
            assertThatExceptionOfType(VfioUserErrorReply.class).isThrownBy(() -> log.report(0, PAGE));
            log.start();
            assertThat(log.report(0, PAGE).isEmpty()).isTrue();
            client.writeRegion64(PciRegions.BAR0, 0, Instant.now().getEpochSecond() + 1);
            assertThat(interrupt.await(Duration.ofSeconds(10))).isTrue();
            for (int served = 0; served < (old ? 2 : 6); ) {
                served += client.serve(Duration.ofSeconds(10));
            }
            assertThat(log.report(0, PAGE).stream()).containsExactly(0);
            // From 0.2 on the sample writes its second region directly.
            assertThat(log.report(PAGE, PAGE).cardinality()).isEqualTo(old ? 0 : 1);
            assertThat(log.report(2 * PAGE, 6 * PAGE).isEmpty()).isTrue();
            assertThat(log.report(0, PAGE).isEmpty()).isTrue();
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> log.report(PAGE, 2 * PAGE))
                    .withMessageContaining("exactly one mapping");
            log.stop();
            assertThatExceptionOfType(VfioUserErrorReply.class).isThrownBy(() -> log.report(0, PAGE));
        }
    }

    private static MemorySegment fill(VfioUserClient client, Arena arena) {
        MemorySegment bar1 = arena.allocate(BAR1_BYTES);
        for (int i = 0; i < BAR1_BYTES; i++) {
            bar1.set(ValueLayout.JAVA_BYTE, i, (byte) ((i * 7) >> 2));
        }
        client.writeRegion(PciRegions.BAR1, 0, bar1);
        // When the sample runs it sets an alarm for this moment, which has to lie in the future.
        client.writeRegion64(PciRegions.BAR0, 0, Instant.now().getEpochSecond() + 1000);
        return bar1;
    }

    private static List<MemorySegment> readAll(VfioUserClient client, Arena arena) {
        List<MemorySegment> pieces = new ArrayList<>();
        MemorySegment buffer = arena.allocate(client.capabilities().maxDataTransferBytes());
        int read = client.migration().read(buffer);
        while (read > 0 && pieces.size() < MOST_PIECES) {
            pieces.add(arena.allocate(read).copyFrom(buffer.asSlice(0, read)));
            read = client.migration().read(buffer);
        }
        assertThat(read).isZero();
        return pieces;
    }

    private static long total(List<MemorySegment> pieces) {
        return pieces.stream().mapToLong(MemorySegment::byteSize).sum();
    }
}
