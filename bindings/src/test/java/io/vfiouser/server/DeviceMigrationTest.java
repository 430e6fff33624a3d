package io.vfiouser.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.abi.AbiLevel;
import io.vfiouser.os.Errno;
import io.vfiouser.os.MemFd;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One Java interface over both versions of the protocol: what the device sees is the same at every level. */
class DeviceMigrationTest {
    private static final long IOVA = 0x8000_0000L;
    private static final long PAGE = 4096;
    private static final int RW = RawClient.DMA_READABLE | RawClient.DMA_WRITABLE;

    /** A device whose state is a byte array; it gives out the first half in PRE_COPY and the rest in STOP_AND_COPY. */
    private static final class Device implements MigrationHandler {
        private final List<String> transitions = new CopyOnWriteArrayList<>();
        private final ByteArrayOutputStream received = new ByteArrayOutputStream();
        private final byte[] state;
        private volatile MigrationState current = MigrationState.RUNNING;
        private volatile MigrationState refused;
        private int given;

        Device(byte[] state) {
            this.state = state;
        }

        @Override
        public void transition(MigrationState from, MigrationState to) {
            assertThat(from).isEqualTo(current);
            if (to == refused) {
                transitions.add(from + "-" + to + " refused");
                throw new VfioUserErrno(Errno.EPERM);
            }
            transitions.add(from + "-" + to);
            current = to;
        }

        @Override
        public long read(MemorySegment into) {
            int end = current == MigrationState.PRE_COPY ? state.length / 2 : state.length;
            int count = (int) Math.min(into.byteSize(), end - given);
            MemorySegment.copy(state, given, into, ValueLayout.JAVA_BYTE, 0, count);
            given += count;
            return count;
        }

        @Override
        public void write(MemorySegment from) {
            received.writeBytes(from.toArray(ValueLayout.JAVA_BYTE));
        }

        @Override
        public long pendingBytes() {
            return (long) state.length - given;
        }
    }

    private static ServerFixture start(Device device) {
        return ServerFixture.start(builder -> builder.migration(device).migrationWindow(8192));
    }

    private static byte[] randomState(int length) {
        byte[] state = new byte[length];
        new Random(length).nextBytes(state);
        return state;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4095, 8192, 16384, 100_001})
    void theStateThatIsReadIsTheStateThatWasWritten(int length) {
        byte[] state = randomState(length);
        Device source = new Device(state);
        byte[] stream;
        try (ServerFixture server = start(source);
                RawClient client = server.connect()) {
            MigrationDriver driver = MigrationDriver.of(client, 5000);
            assertThat(driver.setState(MigrationState.PRE_COPY)).isZero();
            byte[] first = driver.readAll();
            assertThat(first).isEqualTo(Arrays.copyOf(state, length / 2));
            assertThat(driver.setState(MigrationState.STOP_AND_COPY)).isZero();
            byte[] second = driver.readAll();
            stream = Arrays.copyOf(first, length);
            System.arraycopy(second, 0, stream, first.length, second.length);
            assertThat(driver.setState(MigrationState.STOP)).isZero();
            assertThat(server.context().migrationState()).isEqualTo(MigrationState.STOP);
        }
        assertThat(stream).isEqualTo(state);
        assertThat(source.transitions)
                .containsExactly("RUNNING-PRE_COPY", "PRE_COPY-STOP_AND_COPY", "STOP_AND_COPY-STOP");

        Device destination = new Device(new byte[0]);
        try (ServerFixture server = start(destination);
                RawClient client = server.connect()) {
            MigrationDriver driver = MigrationDriver.of(client, 5000);
            assertThat(driver.setState(MigrationState.RESUME)).isZero();
            for (int at = 0; at < stream.length; at += 3000) {
                assertThat(driver.writeChunk(Arrays.copyOfRange(stream, at, Math.min(at + 3000, stream.length))))
                        .isZero();
            }
            assertThat(driver.setState(MigrationState.RUNNING)).isZero();
        }
        assertThat(destination.received.toByteArray()).isEqualTo(state);
        assertThat(destination.transitions)
                .containsExactly("RUNNING-STOP", "STOP-RESUME", "RESUME-STOP", "STOP-RUNNING");
    }

    @Test
    void stopAndCopyWithoutPreCopyAndCancellingGoByTheSameArcs() {
        Device device = new Device(randomState(10));
        try (ServerFixture server = start(device);
                RawClient client = server.connect()) {
            MigrationDriver driver = MigrationDriver.of(client, 4096);
            assertThat(driver.setState(MigrationState.STOP_AND_COPY)).isZero();
            assertThat(driver.setState(MigrationState.RUNNING)).isZero();
            assertThat(driver.setState(MigrationState.PRE_COPY)).isZero();
            if (ServerFixture.LIBRARY.level() != AbiLevel.V0_1) {
                assertThat(driver.setState(MigrationState.RUNNING)).isZero();
            } else {
                // Version 1 leaves PRE_COPY by stopping.
                assertThat(driver.setState(MigrationState.STOP)).isZero();
                assertThat(driver.setState(MigrationState.RUNNING)).isZero();
            }
            assertThat(driver.setState(MigrationState.RUNNING)).isZero();
        }
        assertThat(device.transitions)
                .startsWith(
                        "RUNNING-STOP",
                        "STOP-STOP_AND_COPY",
                        "STOP_AND_COPY-STOP",
                        "STOP-RUNNING",
                        "RUNNING-PRE_COPY",
                        "PRE_COPY-RUNNING")
                .doesNotContain("RUNNING-RUNNING");
    }

    @Test
    void anArcThatIsRefusedLeavesDeviceAndLibraryInTheSameState() {
        Device device = new Device(new byte[0]);
        device.refused = MigrationState.STOP_AND_COPY;
        try (ServerFixture server = start(device);
                RawClient client = server.connect()) {
            MigrationDriver driver = MigrationDriver.of(client, 4096);
            assertThat(driver.setState(MigrationState.STOP_AND_COPY)).isEqualTo(Errno.EPERM);
            if (ServerFixture.LIBRARY.level() == AbiLevel.V0_1) {
                // Version 1 has one arc, so its client believes the device to be RUNNING still.
                assertThat(device.current).isEqualTo(MigrationState.RUNNING);
            } else {
                assertThat(device.current).isEqualTo(MigrationState.STOP);
            }
            assertThat(server.context().migrationState()).isEqualTo(device.current);
            assertThat(driver.setState(MigrationState.RUNNING)).isZero();
            assertThat(device.current).isEqualTo(MigrationState.RUNNING);
        }
    }

    @Test
    void afterAMigrationTheNextClientFindsARunningDevice() {
        Device device = new Device(new byte[100]);
        AtomicBoolean running = new AtomicBoolean(true);
        try (ServerFixture server =
                        ServerFixture.start(builder -> builder.migration(device).reset(reason -> {
                            device.current = MigrationState.RUNNING;
                            running.set(true);
                        }));
                MemFd memory = MemFd.create("guest", PAGE)) {
            for (int i = 0; i < 5; i++) {
                try (RawClient client = server.connect()) {
                    MigrationDriver driver = MigrationDriver.of(client, 4096);
                    assertThat(driver.setState(MigrationState.STOP_AND_COPY)).isZero();
                    assertThat(driver.setState(MigrationState.STOP)).isZero();
                }
                try (RawClient next = server.connect()) {
                    next.mapDma(IOVA, PAGE, memory.fd(), 0, RW).ok();
                    assertThat(server.context().migrationState()).isEqualTo(MigrationState.RUNNING);
                    assertThat(MigrationDriver.of(next, 4096).setState(MigrationState.PRE_COPY))
                            .isZero();
                }
                // The loss of that client was in PRE_COPY, which is not RUNNING either.
            }
            assertThat(server.socket()).exists();
        }
    }

    @Test
    void aDeviceResetMakesItRunAgain() {
        Device device = new Device(new byte[100]);
        try (ServerFixture server = ServerFixture.start(
                        builder -> builder.migration(device).reset(reason -> device.current = MigrationState.RUNNING));
                RawClient client = server.connect()) {
            MigrationDriver driver = MigrationDriver.of(client, 4096);
            assertThat(driver.setState(MigrationState.PRE_COPY)).isZero();
            client.reset().ok();
            assertThat(server.context().migrationState()).isEqualTo(MigrationState.RUNNING);
        }
    }

    @Test
    void aHandlerThatClaimsToHaveReadTooMuchFailsTheRead() {
        MigrationHandler liar = new MigrationHandler() {
            @Override
            public void transition(MigrationState from, MigrationState to) {}

            @Override
            public long read(MemorySegment into) {
                return into.byteSize() + 1;
            }

            @Override
            public void write(MemorySegment from) {}
        };
        try (ServerFixture server = ServerFixture.start(builder -> builder.migration(liar));
                RawClient client = server.connect()) {
            MigrationDriver driver = MigrationDriver.of(client, 4096);
            assertThat(driver.setState(MigrationState.PRE_COPY)).isZero();
            if (driver instanceof MigrationDriver.Version1 registers) {
                assertThat(registers.pendingBytes()).isPositive();
                assertThat(client.readRegion(9, 16, 8).errno()).isEqualTo(Errno.EIO);
            } else {
                assertThat(client.call(RawClient.MIG_DATA_READ, RawClient.ints(108, 100))
                                .errno())
                        .isEqualTo(Errno.EIO);
            }
        }
    }

    @Test
    void thePagesPollersMarkedAreReportedOnce() {
        RecordingDma dma = new RecordingDma();
        long length = 300 * PAGE;
        try (ServerFixture server =
                        ServerFixture.start(builder -> builder.dma(dma).migration(new Device(new byte[0])));
                RawClient client = server.connect();
                MemFd memory = MemFd.create("guest", length)) {
            client.mapDma(IOVA, length, memory.fd(), 0, RW).ok();
            MigrationDriver driver = MigrationDriver.of(client, 4096);
            DmaRegion region = dma.registered().getFirst();
            region.markDirty(0, 1);
            assertThat(driver.logDirty(true)).isZero();
            region.markDirty(10 * PAGE + 4095, 2);
            region.markDirty(299 * PAGE, PAGE);
            BitSet dirty = BitSet.valueOf(driver.dirtyBitmap(IOVA, length));
            assertThat(dirty.get(10)).isTrue();
            assertThat(dirty.get(11)).isTrue();
            assertThat(dirty.get(299)).isTrue();
            assertThat(dirty.cardinality()).isLessThanOrEqualTo(4);
            assertThat(BitSet.valueOf(driver.dirtyBitmap(IOVA, length)).cardinality())
                    .isZero();
            assertThat(driver.logDirty(false)).isZero();
            region.markDirty(5 * PAGE, 1);
            assertThat(driver.logDirty(true)).isZero();
            assertThat(driver.logDirty(false)).isZero();
        }
    }

    @Test
    void moreMemoryDoesNotHideWhatWasWrittenBefore() {
        RecordingDma dma = new RecordingDma();
        try (ServerFixture server =
                        ServerFixture.start(builder -> builder.dma(dma).migration(new Device(new byte[0])));
                RawClient client = server.connect();
                MemFd memory = MemFd.create("guest", 64 * PAGE)) {
            client.mapDma(IOVA, 64 * PAGE, memory.fd(), 0, RW).ok();
            MigrationDriver driver = MigrationDriver.of(client, 4096);
            assertThat(driver.logDirty(true)).isZero();
            dma.registered().getFirst().dirtyMarks().mark(3 * PAGE, 1);
            client.mapDma(2 * IOVA, 64 * PAGE, memory.fd(), 0, RW).ok();
            BitSet dirty = BitSet.valueOf(driver.dirtyBitmap(IOVA, 64 * PAGE));
            assertThat(dirty.get(3)).isTrue();
            assertThat(dirty.cardinality()).isEqualTo(1);
        }
    }

    @Test
    void writesByTheContextAreMarkedAndUnmappedRegionsDoNotHurt() {
        RecordingDma dma = new RecordingDma();
        try (ServerFixture server =
                        ServerFixture.start(builder -> builder.dma(dma).migration(new Device(new byte[0])));
                RawClient client = server.connect();
                MemFd memory = MemFd.create("guest", 64 * PAGE)) {
            client.mapDma(IOVA, 64 * PAGE, memory.fd(), 0, RW).ok();
            client.mapDma(2 * IOVA, 64 * PAGE, RW).ok();
            client.mapDma(3 * IOVA, 64 * PAGE, memory.fd(), 0, RawClient.DMA_READABLE)
                    .ok();
            MigrationDriver driver = MigrationDriver.of(client, 4096);
            assertThat(driver.logDirty(true)).isZero();
            dma.registered().forEach(region -> region.markDirty(0, 64 * PAGE));
            BitSet dirty = BitSet.valueOf(driver.dirtyBitmap(IOVA, 64 * PAGE));
            assertThat(dirty.cardinality()).isEqualTo(64);
            server.runOnContext(context -> context.writeGuest(IOVA + 7 * PAGE, MemorySegment.ofArray(new byte[8])));
            server.runOnContext(context -> {
                try (ScatterGather list = context.scatterGather(1)) {
                    int ignored = list.resolve(IOVA + 9 * PAGE, 1, io.vfiouser.os.Protection.READ_WRITE);
                    list.markDirty();
                }
            });
            dirty = BitSet.valueOf(driver.dirtyBitmap(IOVA, 64 * PAGE));
            assertThat(dirty.get(7)).isTrue();
            assertThat(dirty.get(9)).isTrue();
            assertThat(dirty.cardinality()).isEqualTo(2);
        }
    }

    /** Cannot come to rest for a change of state, which it therefore refuses. */
    private static final class Restless implements QuiesceHandler, MigrationHandler {
        private final List<String> asked = new CopyOnWriteArrayList<>();

        @Override
        public Quiesce quiesce() {
            asked.add("other");
            return Quiesce.DONE;
        }

        @Override
        public Quiesce quiesceToMigrate() {
            asked.add("to migrate");
            return Quiesce.DONE;
        }

        @Override
        public void resumed() {}

        @Override
        public void transition(MigrationState from, MigrationState to) {
            throw new VfioUserErrno(Errno.EBUSY);
        }

        @Override
        public long read(MemorySegment into) {
            return 0;
        }

        @Override
        public void write(MemorySegment from) {}
    }

    @Test
    void theDeviceIsToldWhichPauseIsForAChangeOfState() {
        Restless device = new Restless();
        try (ServerFixture server = ServerFixture.start(builder ->
                        builder.dma(new RecordingDma()).quiesce(device).migration(device));
                RawClient client = server.connect();
                MemFd memory = MemFd.create("guest", 64 * PAGE)) {
            client.mapDma(IOVA, 64 * PAGE, memory.fd(), 0, RW).ok();
            assertThat(device.asked).isNotEmpty().doesNotContain("to migrate");
            device.asked.clear();
            MigrationDriver driver = MigrationDriver.of(client, 4096);
            assertThat(driver.setState(MigrationState.STOP)).isEqualTo(Errno.EBUSY);
            assertThat(device.asked).contains("to migrate");
            assertThat(server.context().migrationState()).isEqualTo(MigrationState.RUNNING);
        }
    }

    @Test
    void marksMadeUntilAPauseIsReachedAreInTheReportAfterIt() {
        RecordingDma dma = new RecordingDma();
        QuiesceHandler marking = new QuiesceHandler() {
            @Override
            public Quiesce quiesce() {
                // The last thing a poller does before it stops.
                dma.registered().forEach(region -> region.markDirty(3 * PAGE, 1));
                return Quiesce.DONE;
            }

            @Override
            public void resumed() {}
        };
        try (ServerFixture server = ServerFixture.start(
                        builder -> builder.dma(dma).quiesce(marking).migration(new Device(new byte[0])));
                RawClient client = server.connect();
                MemFd memory = MemFd.create("guest", 64 * PAGE)) {
            client.mapDma(IOVA, 64 * PAGE, memory.fd(), 0, RW).ok();
            MigrationDriver driver = MigrationDriver.of(client, 4096);
            assertThat(driver.logDirty(true)).isZero();
            assertThat(driver.setState(MigrationState.STOP)).isZero();
            assertThat(driver.setState(MigrationState.RUNNING)).isZero();
            BitSet dirty = BitSet.valueOf(driver.dirtyBitmap(IOVA, 64 * PAGE));
            assertThat(dirty.get(3)).isTrue();
        }
        Awaitility.await().until(() -> dma.unregistered().size() == 1);
    }
}
