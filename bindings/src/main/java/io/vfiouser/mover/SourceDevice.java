package io.vfiouser.mover;

import io.vfiouser.client.DirtyLog;
import io.vfiouser.client.MigrationClient;
import io.vfiouser.client.MigrationState;
import io.vfiouser.client.VfioUserClient;
import io.vfiouser.client.VfioUserErrorReply;
import io.vfiouser.client.wire.MigrationRegisters;
import io.vfiouser.os.Errno;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.concurrent.locks.Lock;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The device that is moved away. Takes turns with the guest for every exchange. */
final class SourceDevice {
    private static final Logger LOG = LoggerFactory.getLogger(SourceDevice.class);

    /** Servers lay the data out behind the registers, on a page of its own. */
    private static final long REGISTERS_PAGE_BYTES = 4096;

    private final VfioUserClient client;
    private final Lock turns;
    private final MigrationClient migration;

    /** How much of the state fits into one piece; 0 over messages. */
    private final long windowBytes;

    private boolean logging;

    /** Throws if the device cannot be moved. */
    SourceDevice(VfioUserClient client, Lock turns) {
        this.client = client;
        this.turns = turns;
        this.migration = inTurn(client::migration);
        this.windowBytes = migration.protocol() == MigrationClient.Protocol.MESSAGES
                ? 0
                : Math.max(
                        1,
                        inTurn(() -> client.regionInfo(MigrationRegisters.REGION)
                                        .lengthBytes())
                                - REGISTERS_PAGE_BYTES);
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

    private int maxDataTransferBytes() {
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

    /**
     * Goes to STOP_COPY. A device that cannot let go of what it is doing says that it is busy, and goes on; it is asked again as long as the
     * guest may stand still.
     */
    void stopCopy(Duration downtime) {
        setPatiently(MigrationState.STOP_COPY, downtime);
    }

    /** Goes to PRE_COPY; a device that is busy is asked again. The guest runs. */
    void beginPreCopy(Duration patience) {
        setPatiently(MigrationState.PRE_COPY, patience);
    }

    int read(MemorySegment into) {
        return inTurn(() -> migration.read(into));
    }

    /** Whether the server may insist on being read in whole pieces. */
    boolean wantsWholePieces() {
        return windowBytes != 0;
    }

    /** How much room a reading needs: a server of version 1 may insist on being read in whole pieces. */
    long roomBytes(int chunkBytes) {
        return windowBytes == 0 ? Math.min(chunkBytes, maxDataTransferBytes()) : maxDataTransferBytes();
    }

    /**
     * Whether there may be more after a reading.
     *
     * <p>Version 2 says by a reading shorter than there was room for that there is not. In version 1 only 0 says so, and a device that is
     * kept busy may never say it in PRE_COPY; but there a pass may end anywhere, so it does where a piece leaves room in the window.
     */
    boolean goesOnAfter(long count, long room, boolean live) {
        if (windowBytes == 0) {
            return count == room;
        }
        return live ? count >= Math.min(room, windowBytes) : count > 0;
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
     * <p>A device that is too busy to stop for a moment works in PRE_COPY too, and stays there: {@link #endFormerMove} has it leave.
     *
     * @param busy whether the device could not stop: it is not asked to do so once more for the log's sake, which it may take long for
     * @param patience how long to ask again a device that says it is busy
     */
    void backToRunning(boolean busy, Duration patience) {
        try {
            goBack(patience);
        } catch (VfioUserErrorReply e) {
            if (e.errno() != Errno.EBUSY || inTurn(migration::state) != MigrationState.PRE_COPY) {
                throw e;
            }
            LOG.warn("the device is too busy to leave PRE_COPY, and works there until it is moved again");
            return;
        }
        // The device works; a log that nobody reads costs it little, and the next start empties it.
        if (logging && !busy) {
            logging = false;
            try {
                inTurn(() -> client.dirtyLog().stop());
            } catch (VfioUserErrorReply e) {
                return;
            }
        }
    }

    private void goBack(Duration patience) {
        if (goesBackByStopping()) {
            leavePreCopy(patience);
        }
        setPatiently(MigrationState.RUNNING, patience);
    }

    /** Leaves the PRE_COPY that a move before could not leave. The guest is paused. */
    void endFormerMove(Duration patience) {
        if (inTurn(migration::state) == MigrationState.PRE_COPY) {
            goBack(patience);
        }
    }

    /** Rather not by STOP: libvfio-user's own sample insists on having been read to the end then. */
    private void leavePreCopy(Duration patience) {
        try {
            setPatiently(MigrationState.STOP_COPY, patience);
        } catch (VfioUserErrorReply e) {
            setPatiently(MigrationState.STOP, patience);
        }
    }

    private void setPatiently(MigrationState state, Duration patience) {
        PatientState.set(() -> setState(state), patience);
    }

    /** The device is elsewhere: lets go of the server, and with it of the memory, which a stopped device takes no messages about. */
    void release() {
        client.close();
    }
}
