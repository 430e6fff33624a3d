package io.vfiouser.mover;

import io.vfiouser.client.DirtyLog;
import io.vfiouser.client.MigrationClient;
import io.vfiouser.client.MigrationState;
import io.vfiouser.client.VfioUserClient;
import io.vfiouser.client.VfioUserErrorReply;
import io.vfiouser.os.Errno;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** The device that is moved away. Takes turns with the guest for every exchange. */
final class SourceDevice {
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final VfioUserClient client;
    private final Lock turns;
    private final MigrationClient migration;
    private boolean logging;

    /** Throws if the device cannot be moved. */
    SourceDevice(VfioUserClient client, Lock turns) {
        this.client = client;
        this.turns = turns;
        this.migration = inTurn(client::migration);
    }

    private <T> T inTurn(Supplier<T> exchange) {
        turns.lock();
        try {
            return exchange.get();
        } finally {
            turns.unlock();
        }
    }

    private void inTurn(Runnable exchange) {
        turns.lock();
        try {
            exchange.run();
        } finally {
            turns.unlock();
        }
    }

    MoveReport.Side side() {
        return new MoveReport.Side(client.capabilities().minor(), migration.protocol());
    }

    boolean preCopy() {
        return migration.preCopy();
    }

    int maxDataTransferBytes() {
        return client.capabilities().maxDataTransferBytes();
    }

    void startLog() {
        inTurn(() -> client.dirtyLog().start());
        logging = true;
    }

    /** One report, over all regions; between two of them the guest gets its turn. */
    void addDirty(MemoryMove move) {
        DirtyLog log = inTurn(client::dirtyLog);
        move.addDevice(log.pageBytes(), (iova, lengthBytes) -> inTurn(() -> log.report(iova, lengthBytes)));
    }

    void setState(MigrationState state) {
        inTurn(() -> migration.setState(state));
    }

    int read(MemorySegment into) {
        return inTurn(() -> migration.read(into));
    }

    /** Whether fewer bytes than there was room for say that there is no more. */
    boolean shortReadEnds() {
        return migration.protocol() == MigrationClient.Protocol.MESSAGES;
    }

    boolean connected() {
        return client.connected();
    }

    /**
     * Whether going back to RUNNING leads through states in which the guest's accesses are refused: version 1 has no direct way from
     * PRE_COPY.
     */
    boolean goesBackByStopping() {
        return migration.protocol() == MigrationClient.Protocol.REGISTERS
                && inTurn(migration::state) == MigrationState.PRE_COPY;
    }

    /**
     * Goes back to RUNNING from wherever it is, and switches the log off.
     *
     * @param patience how long to ask again a device that says it is busy
     */
    void backToRunning(Duration patience) {
        if (goesBackByStopping()) {
            // Not STOP: libvfio-user's own sample insists on having been read to the end then.
            setPatiently(MigrationState.STOP_COPY, patience);
        }
        setPatiently(MigrationState.RUNNING, patience);
        if (logging) {
            logging = false;
            try {
                inTurn(() -> client.dirtyLog().stop());
            } catch (VfioUserErrorReply e) {
                // The device works; a log that nobody reads costs it little, and the next start empties it.
                return;
            }
        }
    }

    private void setPatiently(MigrationState state, Duration patience) {
        long start = System.nanoTime();
        while (true) {
            try {
                setState(state);
                return;
            } catch (VfioUserErrorReply e) {
                if (e.errno() != Errno.EBUSY || System.nanoTime() - start > patience.toNanos()) {
                    throw e;
                }
            }
            LockSupport.parkNanos(RETRY_NANOS);
        }
    }

    /** The device is elsewhere: lets go of the memory as far as possible, and of the server. */
    void release(GuestMemory memory) {
        memory.unmapFrom(client);
        client.close();
    }
}
