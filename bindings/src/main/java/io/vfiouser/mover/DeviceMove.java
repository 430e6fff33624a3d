package io.vfiouser.mover;

import io.vfiouser.client.MigrationState;
import io.vfiouser.client.VfioUserClient;
import io.vfiouser.client.VfioUserErrorReply;
import io.vfiouser.client.VfioUserException;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One attempt to move a device, with its guest and its memory, from a server to another; {@link MoveStep} lists what is done.
 *
 * <p><b>Who has the device.</b> Up to and including {@link MoveStep#COMMIT} whatever goes wrong ends with device and guest at the source, as
 * before. The source is told to stop for good only after the destination has everything and has agreed to it. If the destination then says
 * that it cannot run, the source goes on. If it says nothing, it is asked again over a new connection; only if that brings no certainty
 * neither side goes on. There is no moment at which both run.
 *
 * <p>{@link #run} is for one thread, which is also the one that calls guest, target and listener. {@link #cancel} is for any.
 */
public final class DeviceMove {
    private static final Logger LOG = LoggerFactory.getLogger(DeviceMove.class);

    private final VfioUserClient sourceClient;
    private final MoveTarget target;
    private final MoveOptions options;
    private final StepListener listener;
    private final MoveRecorder recorder;
    private final MovePhases phases;
    private Optional<Supplier<VfioUserClient>> sourceAgain = Optional.empty();
    private volatile boolean cancelled;

    /**
     * Describes a move.
     *
     * @param source where the device runs; its server has the memory. Closed by a move that succeeds
     * @param target where to
     * @param guest who uses the device
     * @param memory the guest's memory
     */
    public DeviceMove(
            VfioUserClient source,
            MoveTarget target,
            Guest guest,
            GuestMemory memory,
            MoveOptions options,
            StepListener listener) {
        this.sourceClient = source;
        this.target = target;
        this.options = options;
        this.listener = listener;
        this.recorder = new MoveRecorder(listener);
        this.phases = new MovePhases(this, target, guest, memory, options, recorder);
    }

    /**
     * A way to connect to the source once more: if its connection is lost at the moment it is to let go, it is asked over a new one whether
     * it has. Without it the move is lost then.
     */
    public DeviceMove sourceAgain(Supplier<VfioUserClient> connect) {
        sourceAgain = Optional.of(connect);
        return this;
    }

    /** Calls the move off. It rolls back soon, unless it is past the point of no return; then it is finished. Any thread. */
    public void cancel() {
        cancelled = true;
    }

    /** Makes the move; once. Returns whatever happened: failures are in the report's outcome. */
    public MoveReport run() {
        MoveOutcome outcome;
        try {
            phases.connectSource(sourceClient);
            outcome = move();
        } finally {
            phases.close();
        }
        return recorder.report(phases.sourceSide(), phases.destinationSide(), outcome);
    }

    private MoveOutcome move() {
        try {
            step(MoveStep.CONNECT, phases::connect);
            phases.copyLive();
            step(MoveStep.PAUSE, phases::pause);
            step(MoveStep.STOP_COPY, phases::stopSource);
            step(MoveStep.LAST_STREAM, phases::lastStream);
            step(MoveStep.LAST_MEMORY, phases::lastMemory);
            step(MoveStep.VALIDATE, target::validate);
        } catch (RuntimeException | Error e) {
            return rollBack(e);
        }
        MoveOutcome refused = commit();
        return refused != null ? refused : takeOver();
    }

    /** The source lets go. Returns null if it has. */
    private @Nullable MoveOutcome commit() {
        try {
            step(MoveStep.COMMIT, () -> phases.source().setState(MigrationState.STOP));
            return null;
        } catch (VfioUserErrorReply e) {
            return rollBack(e);
        } catch (VfioUserException e) {
            return sourceLostInCommit(e);
        } catch (RuntimeException | Error e) {
            return rollBack(e);
        }
    }

    private @Nullable MoveOutcome sourceLostInCommit(VfioUserException cause) {
        if (phases.source().connected()) {
            return rollBack(cause);
        }
        OwnershipProbe.Answer answer = sourceAgain.isEmpty()
                ? OwnershipProbe.Answer.UNKNOWN
                : OwnershipProbe.ask(sourceAgain.get(), options.patience());
        return switch (answer) {
            case DOES_NOT_OWN, DEAD -> {
                // The destination has everything and has agreed to it, and nobody else has the device.
                LOG.warn(
                        "the source was lost when it was told to stop for good; the device goes on at the destination");
                yield null;
            }
            case OWNS, UNKNOWN -> rollBack(cause);
        };
    }

    private MoveOutcome takeOver() {
        // Not a step that can be cancelled: the source has let go.
        Takeover[] answer = new Takeover[1];
        contained(MoveStep.TAKE_OVER, () -> answer[0] = target.takeOver());
        return switch (answer[0]) {
            case Takeover.Taken ignored -> finish();
            case Takeover.NotTaken(Throwable cause) -> rollBack(cause);
            case Takeover.Unknown(String explanation, Throwable cause) -> {
                phases.leaveStopped();
                yield new MoveOutcome.Lost(MoveStep.TAKE_OVER, explanation, cause);
            }
        };
    }

    private MoveOutcome finish() {
        try {
            contained(MoveStep.SWITCH, phases::switchOver);
            contained(MoveStep.RESUME, phases::resumeGuest);
        } catch (RuntimeException e) {
            return new MoveOutcome.Lost(
                    MoveStep.SWITCH, "The device runs at the destination, but its guest could not go on there.", e);
        }
        try {
            contained(MoveStep.RETIRE, phases::retire);
        } catch (RuntimeException e) {
            LOG.warn("the device has moved, but cleaning up after it at the source failed", e);
        }
        return new MoveOutcome.Moved();
    }

    /** A step that can fail and be cancelled. */
    void step(MoveStep step, Runnable body) {
        long start = recorder.now();
        boolean completed = false;
        phases.at(step);
        try {
            listener.before(step);
            requireWanted();
            body.run();
            listener.after(step);
            completed = true;
        } finally {
            recorder.step(step, start, completed);
        }
    }

    /** A step after the point of no return: no listener can make it fail. */
    private void contained(MoveStep step, Runnable body) {
        long start = recorder.now();
        boolean completed = false;
        phases.at(step);
        try {
            tell(() -> listener.before(step));
            body.run();
            tell(() -> listener.after(step));
            completed = true;
        } finally {
            recorder.step(step, start, completed);
        }
    }

    private static void tell(Runnable listening) {
        try {
            listening.run();
        } catch (RuntimeException e) {
            LOG.warn("a listener failed; the move goes on", e);
        }
    }

    void requireWanted() {
        if (cancelled) {
            throw new CancellationException("the move was cancelled");
        }
    }

    void beforeChunk(long bytes) {
        listener.beforeChunk(phases.step(), bytes);
        requireWanted();
        phases.requireTime();
    }

    private MoveOutcome rollBack(Throwable cause) {
        MoveStep failed = phases.step();
        MoveOutcome[] outcome = new MoveOutcome[1];
        contained(MoveStep.ROLL_BACK, () -> outcome[0] = phases.rollBack(failed, cause));
        return outcome[0];
    }
}
