package io.vfiouser.nvme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vfiouser.client.MigrationClient;
import io.vfiouser.client.MigrationState;
import io.vfiouser.client.PciIrqs;
import io.vfiouser.client.PciRegions;
import io.vfiouser.client.VfioUserErrorReply;
import io.vfiouser.nvme.block.FileBlockDevice;
import io.vfiouser.nvme.block.RamBlockDevice;
import io.vfiouser.nvme.migration.StorageMode;
import io.vfiouser.nvme.spec.AdminCommand;
import io.vfiouser.nvme.spec.AdminOpcode;
import io.vfiouser.nvme.spec.ControllerStatus;
import io.vfiouser.nvme.spec.FeatureId;
import io.vfiouser.nvme.spec.IdentifyCns;
import io.vfiouser.nvme.spec.IoCommand;
import io.vfiouser.nvme.spec.SubmissionEntry;
import io.vfiouser.nvme.testing.HostQueue;
import io.vfiouser.nvme.testing.MovableTransport;
import io.vfiouser.nvme.testing.NvmeHost;
import io.vfiouser.os.Errno;
import io.vfiouser.os.EventFd;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A device that moves, at its real boundary: two sockets and a client that drives the move message by message. */
@Timeout(60)
class DeviceMoveTest {
    private static final int DISK_BYTES = 4 << 20;
    private static final int BLOCKS = 8;
    private static final int DATA_BYTES = BLOCKS * 512;
    private static final int COMMAND_REGISTER = 0x04;
    private static final int INTERRUPT_LINE = 0x3C;

    @TempDir
    Path folder;

    private NvmeDevice ram(String name, boolean incoming) {
        return NvmeDevice.builder()
                .namespace(RamBlockDevice.ofSize(DISK_BYTES))
                .socket(folder.resolve(name))
                .incoming(incoming)
                .start();
    }

    private NvmeDevice image(String name, Path image, boolean incoming) {
        return NvmeDevice.builder()
                .namespace(FileBlockDevice.open(image))
                .socket(folder.resolve(name))
                .storage(StorageMode.SHARED)
                .incoming(incoming)
                .start();
    }

    private static void write(NvmeHost host, HostQueue queue, long lba, int salt) {
        long data = host.allocate(1);
        fill(host.slice(data, DATA_BYTES), salt);
        queue.execute((sq, at, cid) -> IoCommand.write(sq, at, cid, 1, lba, BLOCKS, 0, data, 0))
                .orThrow();
    }

    private static void requireContent(NvmeHost host, HostQueue queue, long lba, int salt) {
        long data = host.allocate(1);
        queue.execute((sq, at, cid) -> IoCommand.read(sq, at, cid, 1, lba, BLOCKS, data, 0))
                .orThrow();
        MemorySegment expected = MemorySegment.ofArray(new byte[DATA_BYTES]);
        fill(expected, salt);
        assertThat(host.slice(data, DATA_BYTES).mismatch(expected)).isEqualTo(-1);
    }

    private static void fill(MemorySegment data, int salt) {
        for (int i = 0; i < DATA_BYTES; i++) {
            data.set(ValueLayout.JAVA_BYTE, i, (byte) (i * 7 + salt));
        }
    }

    @Test
    void aHostGoesOnWithItsQueuesAndItsDataAtTheDestination() {
        try (NvmeDevice source = ram("a", false);
                NvmeDevice destination = ram("b", true);
                MovableTransport guest = new MovableTransport(source.socket())) {
            NvmeHost host = new NvmeHost(guest);
            host.enable();
            HostQueue queue = host.createQueues(3, 16);
            write(host, queue, 100, 1);
            MemorySegment before = host.identify(IdentifyCns.NAMESPACE_DESCRIPTORS, 1);
            guest.moveTo(destination.socket());
            requireContent(host, queue, 100, 1);
            write(host, queue, 200, 2);
            requireContent(host, queue, 200, 2);
            assertThat(host.identify(IdentifyCns.NAMESPACE_DESCRIPTORS, 1).mismatch(before))
                    .as("the namespace's identity moved too")
                    .isEqualTo(-1);
        }
    }

    @Test
    void movesForthAndBackManyTimes() {
        try (NvmeDevice a = ram("a", false);
                NvmeDevice b = ram("b", true);
                MovableTransport guest = new MovableTransport(a.socket())) {
            NvmeHost host = new NvmeHost(guest);
            host.enable();
            HostQueue queue = host.createQueues(1, 8);
            for (int round = 0; round < 20; round++) {
                write(host, queue, round * 16L, round);
                guest.moveTo(round % 2 == 0 ? b.socket() : a.socket());
                requireContent(host, queue, round * 16L, round);
            }
            for (int round = 0; round < 20; round++) {
                requireContent(host, queue, round * 16L, round);
            }
        }
    }

    @Test
    void whatIsWrittenDuringPreCopyMovesToo() {
        try (NvmeDevice source = ram("a", false);
                NvmeDevice destination = ram("b", true);
                MovableTransport guest = new MovableTransport(source.socket())) {
            NvmeHost host = new NvmeHost(guest);
            host.enable();
            HostQueue queue = host.createQueues(1, 16);
            write(host, queue, 0, 1);
            write(host, queue, 64, 2);
            MovableTransport.Side to = guest.attach(destination.socket());
            MigrationClient from = guest.side().migration();
            from.setState(MigrationState.PRE_COPY);
            to.migration().setState(MigrationState.RESUMING);
            to.writeState(guest.side().readState());
            write(host, queue, 64, 3);
            write(host, queue, 4000, 4);
            to.writeState(guest.side().readState());
            write(host, queue, 128, 5);
            from.setState(MigrationState.STOP_COPY);
            to.writeState(guest.side().readState());
            finish(guest, to);
            requireContent(host, queue, 0, 1);
            requireContent(host, queue, 64, 3);
            requireContent(host, queue, 4000, 4);
            requireContent(host, queue, 128, 5);
        }
    }

    private static void finish(MovableTransport guest, MovableTransport.Side to) {
        if (to.migration().protocol() == MigrationClient.Protocol.MESSAGES) {
            to.migration().setState(MigrationState.STOP);
        }
        guest.side().migration().setState(MigrationState.STOP);
        to.migration().setState(MigrationState.RUNNING);
        guest.use(to);
    }

    @ParameterizedTest
    @EnumSource(
            value = MigrationState.class,
            names = {"PRE_COPY", "STOP_COPY", "STOP"})
    void theSourceGoesOnFromWhereverAMoveIsGivenUp(MigrationState reached) {
        try (NvmeDevice source = ram("a", false);
                MovableTransport guest = new MovableTransport(source.socket())) {
            NvmeHost host = new NvmeHost(guest);
            host.enable();
            HostQueue queue = host.createQueues(1, 16);
            for (int round = 0; round < 5; round++) {
                write(host, queue, round * 8L, round);
                if (reached == MigrationState.STOP) {
                    // With the whole stream read, so that it has let go, and takes it back.
                    guest.side().migration().setState(MigrationState.STOP_COPY);
                    assertThat(guest.side().readState()).isNotEmpty();
                }
                guest.side().migration().setState(reached);
                if (reached == MigrationState.PRE_COPY) {
                    assertThat(guest.side().readState()).isNotEmpty();
                }
                guest.side().migration().setState(MigrationState.RUNNING);
                requireContent(host, queue, round * 8L, round);
            }
        }
    }

    @Test
    void aServerThatIsNoDestinationRefusesToBeOverwritten() {
        try (NvmeDevice source = ram("a", false);
                MovableTransport guest = new MovableTransport(source.socket())) {
            assertThatThrownBy(() -> guest.side().migration().setState(MigrationState.RESUMING))
                    .isInstanceOfSatisfying(
                            VfioUserErrorReply.class,
                            refused -> assertThat(refused.errno()).isEqualTo(Errno.EINVAL));
            NvmeHost host = new NvmeHost(guest);
            guest.side().migration().setState(MigrationState.RUNNING);
            host.enable();
        }
    }

    @Test
    void aTruncatedStreamIsRefusedAndTheSourceGoesOn() {
        try (NvmeDevice source = ram("a", false);
                NvmeDevice destination = ram("b", true);
                MovableTransport guest = new MovableTransport(source.socket())) {
            NvmeHost host = new NvmeHost(guest);
            host.enable();
            HostQueue queue = host.createQueues(1, 16);
            write(host, queue, 8, 1);
            guest.side().migration().setState(MigrationState.STOP_COPY);
            byte[] state = guest.side().readState();
            MovableTransport.Side to = guest.attach(destination.socket());
            to.migration().setState(MigrationState.RESUMING);
            to.writeState(Arrays.copyOf(state, state.length - 1));
            assertThatThrownBy(() -> to.migration().setState(MigrationState.RUNNING))
                    .isInstanceOf(VfioUserErrorReply.class);
            to.close();
            guest.side().migration().setState(MigrationState.RUNNING);
            requireContent(host, queue, 8, 1);
            // The destination is as good as before.
            guest.moveTo(destination.socket());
            requireContent(host, queue, 8, 1);
        }
    }

    @Test
    void theSourceThatHandedOverServesNobodyUntilTheDiskComesBack() {
        try (NvmeDevice source = ram("a", false);
                NvmeDevice destination = ram("b", true);
                MovableTransport guest = new MovableTransport(source.socket())) {
            NvmeHost host = new NvmeHost(guest);
            host.enable();
            HostQueue queue = host.createQueues(1, 16);
            write(host, queue, 8, 1);
            guest.moveTo(destination.socket());
            try (MovableTransport other = new MovableTransport(source.socket())) {
                NvmeHost late = new NvmeHost(other);
                late.transport().write32(0x14, 0x460001);
                assertThat(ControllerStatus.fatal(late.status())).isTrue();
            }
            guest.moveTo(source.socket());
            requireContent(host, queue, 8, 1);
        }
    }

    @Test
    void aSharedImageHasOneOwnerAtATime() throws IOException {
        Path image = folder.resolve("disk.img");
        Files.write(image, new byte[DISK_BYTES]);
        try (NvmeDevice source = image("a", image, false);
                NvmeDevice destination = image("b", image, true);
                MovableTransport guest = new MovableTransport(source.socket())) {
            NvmeHost host = new NvmeHost(guest);
            host.enable();
            HostQueue queue = host.createQueues(1, 16);
            for (int round = 0; round < 6; round++) {
                write(host, queue, round * 8L, round);
                guest.moveTo(round % 2 == 0 ? destination.socket() : source.socket());
                for (int done = 0; done <= round; done++) {
                    requireContent(host, queue, done * 8L, done);
                }
            }
        }
    }

    @Test
    void theLockOfASharedImageDecidesWhoServesNext() throws IOException {
        Path image = folder.resolve("disk.img");
        Files.write(image, new byte[DISK_BYTES]);
        try (NvmeDevice source = image("a", image, false)) {
            try (NvmeDevice destination = image("b", image, true);
                    MovableTransport guest = new MovableTransport(source.socket())) {
                NvmeHost host = new NvmeHost(guest);
                host.enable();
                write(host, host.createQueues(1, 16), 0, 7);
                guest.moveTo(destination.socket());
                try (MovableTransport other = new MovableTransport(source.socket())) {
                    other.write32(0x14, 0x460001);
                    assertThat(ControllerStatus.fatal(new NvmeHost(other).status()))
                            .isTrue();
                }
            }
            // The destination has ended: the image is anybody's.
            try (MovableTransport other = new MovableTransport(source.socket())) {
                NvmeHost host = new NvmeHost(other);
                host.enable();
                requireContent(host, host.createQueues(1, 16), 0, 7);
            }
        }
    }

    @Test
    void bothSidesMustHaveTheSameKindOfStorage() throws IOException {
        Path image = folder.resolve("disk.img");
        Files.write(image, new byte[DISK_BYTES]);
        try (NvmeDevice source = ram("a", false);
                NvmeDevice destination = image("b", image, true);
                MovableTransport guest = new MovableTransport(source.socket())) {
            NvmeHost host = new NvmeHost(guest);
            host.enable();
            guest.side().migration().setState(MigrationState.STOP_COPY);
            byte[] state = guest.side().readState();
            try (MovableTransport.Side to = guest.attach(destination.socket())) {
                to.migration().setState(MigrationState.RESUMING);
                assertThatThrownBy(() -> to.writeState(state)).isInstanceOf(VfioUserErrorReply.class);
            }
            guest.side().migration().setState(MigrationState.RUNNING);
            host.identify(IdentifyCns.CONTROLLER, 0);
        }
    }

    @Test
    void interruptsAndWhatTheGuestWroteToThePciFunctionMove() {
        try (NvmeDevice source = ram("a", false);
                NvmeDevice destination = ram("b", true);
                MovableTransport guest = new MovableTransport(source.socket());
                EventFd interrupt = EventFd.create()) {
            guest.side().client().writeRegion(PciRegions.CONFIG, COMMAND_REGISTER, bytes(0x06, 0x04));
            guest.side().client().writeRegion(PciRegions.CONFIG, INTERRUPT_LINE, bytes(0x0B));
            guest.side().client().writeRegion32(PciRegions.BAR4, 16, 0xFEE0_0000);
            NvmeHost host = new NvmeHost(guest);
            host.enable();
            HostQueue queue = host.createQueues(1, 1, 16, 1);
            long data = host.allocate(1);
            // Its completion is posted and not consumed as the controller moves.
            queue.submit((sq, at, cid) -> IoCommand.read(sq, at, cid, 1, 0, BLOCKS, data, 0));
            MovableTransport.Side to = guest.attach(destination.socket());
            to.client().setIrqEventFds(PciIrqs.MSIX, 1, interrupt);
            guest.side().migration().setState(MigrationState.STOP_COPY);
            guest.handOver(to, guest.side().readState());
            assertThat(interrupt.await(Duration.ofSeconds(5)))
                    .as("interrupt for a completion that was not consumed")
                    .isTrue();
            queue.reap().orThrow();
            assertThat(guest.side().client().readRegion32(PciRegions.CONFIG, COMMAND_REGISTER) & 0xFFFF)
                    .isEqualTo(0x0406);
            assertThat(guest.side().client().readRegion32(PciRegions.CONFIG, INTERRUPT_LINE) & 0xFF)
                    .isEqualTo(0x0B);
            assertThat(guest.side().client().readRegion32(PciRegions.BAR4, 16)).isEqualTo(0xFEE0_0000);
        }
    }

    @Test
    void anEventRequestIsAnsweredAtTheDestination() {
        try (NvmeDevice source = ram("a", false);
                NvmeDevice destination = ram("b", true);
                MovableTransport guest = new MovableTransport(source.socket())) {
            NvmeHost host = new NvmeHost(guest);
            host.enable();
            host.admin()
                    .execute((sq, at, cid) -> AdminCommand.setFeatures(
                            sq, at, cid, 0, FeatureId.ASYNCHRONOUS_EVENT_CONFIGURATION, 2, 0, 0))
                    .orThrow();
            int request = host.admin()
                    .submit((sq, at, cid) -> SubmissionEntry.write(
                            sq, at, AdminOpcode.ASYNCHRONOUS_EVENT_REQUEST, cid, 0, 0, 0, 0, 0, 0));
            guest.moveTo(destination.socket());
            host.admin()
                    .submit((sq, at, cid) ->
                            AdminCommand.setFeatures(sq, at, cid, 0, FeatureId.TEMPERATURE_THRESHOLD, 0, 0, 0));
            assertThat(host.admin().reap(2))
                    .anySatisfy(c -> assertThat(c.commandId()).isEqualTo(request));
        }
    }

    private static MemorySegment bytes(int... values) {
        byte[] all = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            all[i] = (byte) values[i];
        }
        return MemorySegment.ofArray(all);
    }
}
