package io.vfiouser.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.abi.AbiLevel;
import io.vfiouser.os.Errno;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Every error number a callback returns reaches the client as that number, and whatever else it throws as EIO. */
class CallbackErrnoTest {
    private static final int[] ERRNOS = {
        Errno.EPERM,
        Errno.ENOENT,
        Errno.EIO,
        Errno.ENXIO,
        Errno.E2BIG,
        Errno.EAGAIN,
        Errno.ENOMEM,
        Errno.EACCES,
        Errno.EINVAL,
        Errno.ENOSPC,
        Errno.EROFS,
        Errno.ETIMEDOUT,
        Errno.ECANCELED,
        Errno.EOPNOTSUPP
    };

    /** Throws what it is told to: an error number, or for 0 nothing. */
    private static final class Refusal {
        private final AtomicInteger errno = new AtomicInteger();
        private volatile RuntimeException exception;
        private volatile Error error;

        void check() {
            if (error != null) {
                throw error;
            }
            if (exception != null) {
                throw exception;
            }
            if (errno.get() != 0) {
                throw new VfioUserErrno(errno.get());
            }
        }
    }

    private static RegionAccess refusing(Refusal refusal) {
        return new RegionAccess() {
            @Override
            public void read(long offset, MemorySegment into) {
                refusal.check();
            }

            @Override
            public void write(long offset, MemorySegment from) {
                refusal.check();
            }
        };
    }

    @Test
    void regionAccessesFailWithTheErrnoOfTheCallback() {
        Refusal refusal = new Refusal();
        RegionSpec bar = RegionSpec.memory(4096).access(refusing(refusal)).build();
        try (ServerFixture server = ServerFixture.start(device -> device.region(RegionIndex.BAR0, bar));
                RawClient client = server.connect()) {
            for (int errno : ERRNOS) {
                refusal.errno.set(errno);
                assertThat(client.readRegion(0, 8, 4).errno()).isEqualTo(errno);
                assertThat(client.writeRegion(0, 8, (byte) 1).errno()).isEqualTo(errno);
            }
            refusal.errno.set(0);
            client.readRegion(0, 8, 4).ok();
        }
    }

    @Test
    void regionAccessesFailWithEioForWhateverIsThrown() {
        Refusal refusal = new Refusal();
        RegionSpec bar = RegionSpec.memory(4096).access(refusing(refusal)).build();
        try (ServerFixture server = ServerFixture.start(device -> device.region(RegionIndex.BAR0, bar));
                RawClient client = server.connect()) {
            refusal.exception = new IllegalStateException("thrown on purpose");
            assertThat(client.readRegion(0, 0, 4).errno()).isEqualTo(Errno.EIO);
            assertThat(client.writeRegion(0, 0, (byte) 1).errno()).isEqualTo(Errno.EIO);
            refusal.exception = null;
            for (Error error : new Error[] {
                new OutOfMemoryError("thrown on purpose"),
                new StackOverflowError("thrown on purpose"),
                new AssertionError("thrown on purpose")
            }) {
                refusal.error = error;
                assertThat(client.readRegion(0, 0, 4).errno()).isEqualTo(Errno.EIO);
            }
            refusal.error = null;
            client.readRegion(0, 0, 4).ok();
        }
    }

    @Test
    void requestsThatNeedAPauseFailWithTheErrnoOfTheQuiesceCallback() {
        Refusal refusal = new Refusal();
        try (ServerFixture server = ServerFixture.start(
                        device -> device.quiesce(new RefusingQuiesce(refusal)).dma(new RecordingDma()));
                RawClient client = server.connect()) {
            for (int errno : ERRNOS) {
                refusal.errno.set(errno);
                assertThat(client.reset().errno()).isEqualTo(errno);
                assertThat(client.mapDma(0x1000, 0x1000, RawClient.DMA_READABLE).errno())
                        .isEqualTo(errno);
            }
            // EBUSY has a meaning of its own for the library, so it cannot be an answer.
            refusal.errno.set(Errno.EBUSY);
            assertThat(client.reset().errno()).isEqualTo(Errno.EIO);
            refusal.errno.set(0);
            refusal.exception = new IllegalStateException("thrown on purpose");
            assertThat(client.reset().errno()).isEqualTo(Errno.EIO);
            refusal.exception = null;
            client.reset().ok();
        }
    }

    private record RefusingQuiesce(Refusal refusal) implements QuiesceHandler {
        @Override
        public Quiesce quiesce() {
            refusal.check();
            return Quiesce.DONE;
        }

        @Override
        public void resumed() {}
    }

    @Test
    void resetsFailWithTheErrnoOfTheCallbackButALostConnectionCannotBeRefused() {
        Refusal refusal = new Refusal();
        try (ServerFixture server = ServerFixture.start(device -> device.reset(reason -> refusal.check()))) {
            try (RawClient client = server.connect()) {
                for (int errno : ERRNOS) {
                    refusal.errno.set(errno);
                    assertThat(client.reset().errno()).isEqualTo(errno);
                }
                refusal.exception = new IllegalStateException("thrown on purpose");
                assertThat(client.reset().errno()).isEqualTo(Errno.EIO);
            }
            try (RawClient next = server.connect()) {
                refusal.exception = null;
                refusal.errno.set(0);
                next.reset().ok();
            }
        }
    }

    @Test
    void migrationFailsWithTheErrnoOfTheCallback() {
        Refusal refusal = new Refusal();
        RefusingMigration handler = new RefusingMigration(refusal);
        try (ServerFixture server = ServerFixture.start(device -> device.migration(handler));
                RawClient client = server.connect()) {
            MigrationDriver driver = MigrationDriver.of(client, 4096);
            for (int errno : ERRNOS) {
                refusal.errno.set(errno);
                assertThat(driver.setState(MigrationState.STOP)).isEqualTo(errno);
                assertThat(driver.setState(MigrationState.PRE_COPY)).isEqualTo(errno);
            }
            refusal.exception = new IllegalStateException("thrown on purpose");
            assertThat(driver.setState(MigrationState.STOP)).isEqualTo(Errno.EIO);
            refusal.exception = null;
            refusal.errno.set(0);
            assertThat(driver.setState(MigrationState.RESUME)).isZero();
            for (int errno : ERRNOS) {
                refusal.errno.set(errno);
                assertThat(driver.writeChunk(new byte[100])).isEqualTo(errno);
            }
            refusal.errno.set(0);
            assertThat(driver.writeChunk(new byte[100])).isZero();
            assertThat(driver.setState(MigrationState.RUNNING)).isZero();
            assertThat(driver.setState(MigrationState.PRE_COPY)).isZero();
            for (int errno : ERRNOS) {
                refusal.errno.set(errno);
                assertThat(readErrno(client)).isEqualTo(errno);
            }
        }
    }

    /** The error number of the message that makes the device read its state. */
    private static int readErrno(RawClient client) {
        if (ServerFixture.LIBRARY.level() == AbiLevel.V0_1) {
            // The number of pending bytes cannot fail; preparing the data can.
            assertThat(client.regionData(9, 8, 8).getLong()).isPositive();
            return client.readRegion(9, 16, 8).errno();
        }
        return client.call(RawClient.MIG_DATA_READ, RawClient.ints(8 + 100, 100))
                .errno();
    }

    private record RefusingMigration(Refusal refusal) implements MigrationHandler {
        @Override
        public void transition(MigrationState from, MigrationState to) {
            refusal.check();
        }

        @Override
        public long read(MemorySegment into) {
            refusal.check();
            return 0;
        }

        @Override
        public void write(MemorySegment from) {
            refusal.check();
        }
    }
}
