package io.vfiouser.mover;

import io.vfiouser.client.VfioUserClient;
import io.vfiouser.client.VfioUserErrorReply;
import io.vfiouser.os.Errno;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the steps of a move do, and what has been done so far and may have to be undone. */
final class MovePhases implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MovePhases.class);

    private final DeviceMove move;
    private final MoveTarget target;
    private final Guest guest;
    private final GuestMemory memory;
    private final MoveOptions options;
    private final MoveRecorder recorder;
    private MoveStep step = MoveStep.CONNECT;
    private boolean guestPaused;
    private @Nullable SourceDevice source;
    private @Nullable Copier copier;
    private @Nullable MemoryMove memoryMove;
    private @Nullable LivePhase live;
    private Optional<MoveReport.Side> destination = Optional.empty();

    MovePhases(
            DeviceMove move,
            MoveTarget target,
            Guest guest,
            GuestMemory memory,
            MoveOptions options,
            MoveRecorder recorder) {
        this.move = move;
        this.target = target;
        this.guest = guest;
        this.memory = memory;
        this.options = options;
        this.recorder = recorder;
    }

    /** The step that is being done. */
    MoveStep step() {
        return step;
    }

    void at(MoveStep now) {
        step = now;
    }

    /** Throws if the device cannot be moved at all; nothing has happened then. */
    void connectSource(VfioUserClient client) {
        source = new SourceDevice(client, guest.clientLock());
    }

    SourceDevice source() {
        if (source == null) {
            throw new IllegalStateException("the source is not known yet");
        }
        return source;
    }

    private Copier copier() {
        if (copier == null) {
            throw new IllegalStateException("nothing can be copied yet");
        }
        return copier;
    }

    private MemoryMove memoryMove() {
        if (memoryMove == null) {
            throw new IllegalStateException("memory is not being moved yet");
        }
        return memoryMove;
    }

    MoveReport.Side sourceSide() {
        return source().side();
    }

    Optional<MoveReport.Side> destinationSide() {
        return destination;
    }

    void connect() {
        copier = new Copier(source(), target, options, recorder, move::beforeChunk, this::checkLive);
        destination = Optional.of(target.open(guest, memory, options));
    }

    private void checkLive() {
        move.requireWanted();
        requireTime();
    }

    /** Throws if copying while the guest runs takes too long. */
    void requireTime() {
        if (live != null && !guestPaused) {
            live.requireTime();
        }
    }

    /** All that is done while the guest runs. */
    void copyLive() {
        if (options.preCopy() == PreCopy.NONE) {
            move.step(MoveStep.RESUMING, target::resuming);
            return;
        }
        boolean withState = options.preCopy() == PreCopy.MEMORY_AND_STATE && source().preCopy();
        move.step(MoveStep.LOG_START, this::startLog);
        if (withState) {
            move.step(MoveStep.PRE_COPY, () -> source().beginPreCopy(options.patience()));
        }
        move.step(MoveStep.RESUMING, target::resuming);
        LivePhase phase = new LivePhase(source(), memoryMove(), copier(), options, withState);
        live = phase;
        move.step(MoveStep.FIRST_COPY, phase::firstCopy);
        move.step(MoveStep.PASSES, phase::passes);
    }

    private void startLog() {
        pauseGuest();
        try {
            source().endFormerMove(options.patience());
            memoryMove = memory.beginMove();
            source().startLog();
        } finally {
            guestPaused = false;
            guest.resume();
        }
    }

    private void pauseGuest() {
        guest.pause();
        guestPaused = true;
    }

    void pause() {
        recorder.blackoutBegins();
        pauseGuest();
        if (memoryMove == null) {
            source().endFormerMove(options.patience());
            memoryMove = memory.beginMove();
            memoryMove.everything();
        }
    }

    void stopSource() {
        source().stopCopy(options.downtime());
    }

    void lastStream() {
        long ignored = copier().stream(false);
        copier().streamEnded();
    }

    /** The device has stopped and the guest is paused, so what they report now is all there will be. */
    void lastMemory() {
        if (options.preCopy() != PreCopy.NONE) {
            source().addDirty(memoryMove());
            memoryMove().addGuest();
        }
        copier().memory(memoryMove(), false);
    }

    void switchOver() {
        memoryMove().endLog();
        target.switchOver();
    }

    void resumeGuest() {
        guestPaused = false;
        guest.resume();
        recorder.blackoutEnds();
    }

    void retire() {
        memoryMove().close();
        try {
            target.retire();
        } finally {
            source().release();
        }
    }

    /** Device and guest go on at the source, if it still can. */
    MoveOutcome rollBack(MoveStep failed, Throwable cause) {
        target.abort();
        RuntimeException sourceFailure = null;
        try {
            if (!guestPaused && source().goesBackByStopping()) {
                pauseIfPossible();
            }
            source().backToRunning(busy(cause), options.patience());
        } catch (RuntimeException e) {
            sourceFailure = e;
        }
        boolean inBlackout = guestPaused && failed.compareTo(MoveStep.PAUSE) >= 0;
        forgetMemoryMove();
        guest.rollBack();
        if (guestPaused) {
            guestPaused = false;
            guest.resume();
        }
        if (inBlackout) {
            recorder.blackoutEnds();
        }
        if (sourceFailure != null) {
            sourceFailure.addSuppressed(cause);
            return new MoveOutcome.Lost(failed, explain(sourceFailure), sourceFailure);
        }
        return cause instanceof NotConvergingException
                ? new MoveOutcome.NotConverging(String.valueOf(cause.getMessage()))
                : new MoveOutcome.RolledBack(failed, cause);
    }

    private static boolean busy(Throwable cause) {
        return cause instanceof VfioUserErrorReply reply && reply.errno() == Errno.EBUSY;
    }

    private String explain(RuntimeException sourceFailure) {
        return source().connected()
                ? "The device does not go back to work at the source (" + sourceFailure.getMessage()
                        + "); reset it there. The destination has given it up."
                : "The connection to the source was lost (" + sourceFailure.getMessage()
                        + ") before the device had moved; connect the guest to the source anew. The destination has"
                        + " given the device up.";
    }

    private void pauseIfPossible() {
        try {
            pauseGuest();
        } catch (GuestPauseException e) {
            LOG.warn("the guest runs while the device goes back to work, which it may notice", e);
        }
    }

    /** Neither side may go on: the guest stays paused, the source stopped. */
    void leaveStopped() {
        target.abort();
        forgetMemoryMove();
        recorder.blackoutEnds();
    }

    private void forgetMemoryMove() {
        if (memoryMove != null) {
            memoryMove.close();
        }
    }

    @Override
    public void close() {
        if (copier != null) {
            copier.close();
        }
    }
}
