package io.vfiouser.nvme.cli.migrate;

import io.vfiouser.client.MigrationClient;
import io.vfiouser.mover.DeviceMove;
import io.vfiouser.mover.MoveReport;
import io.vfiouser.mover.PreCopy;
import io.vfiouser.mover.StepListener;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Moves a device back and forth between two sides while it is used, and reports. {@link #run} is for one thread and once; {@link #cancel}
 * for any.
 */
public final class MoveSeries {
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final Side source;
    private final Side destination;
    private final RunOptions options;
    private final String storage;
    private final List<MadeMove> made = new ArrayList<>();
    private final Lock lock = new ReentrantLock();
    private final Condition cancelling = lock.newCondition();
    private Outcome outcome = Outcome.MOVED;
    private String reason = "";
    private boolean cancelled;
    private boolean gone;
    private @Nullable DeviceMove current;
    private @Nullable Passenger boarded;

    /** A move with its start, by {@link System#nanoTime}. */
    private record MadeMove(Side from, Side to, long startedNanoTime, MoveReport report) {}

    /**
     * Describes it.
     *
     * @param source where the device is
     * @param storage by what the report names the treatment of namespaces' content; empty for other devices
     */
    public MoveSeries(Side source, Side destination, RunOptions options, String storage) {
        this.source = source;
        this.destination = destination;
        this.options = options;
        this.storage = storage;
    }

    /** Calls everything off: a move that is under way rolls back, unless it is past the point of no return. Any thread. */
    public void cancel() {
        lock.lock();
        try {
            cancelled = true;
            if (current != null) {
                current.cancel();
            }
            cancelling.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Runs to the end. What fails is in the report.
     *
     * @param passenger stays the caller's
     * @param listener is told of each move while it goes on
     */
    public MigrationReport run(Passenger passenger, StepListener listener) {
        boarded = passenger;
        MigrationClient.Protocol sourceProtocol = passenger.client().migration().protocol();
        String device = passenger.device();
        settle();
        for (int i = 0; i < options.times() && outcome == Outcome.MOVED; i++) {
            moveOnce(i % 2 == 0 ? source : destination, i % 2 == 0 ? destination : source, listener);
        }
        Optional<Verification> verification = finish();
        long end = System.nanoTime();
        SeriesReport report = new SeriesReport(
                passenger,
                made.stream()
                        .map(move -> new SeriesReport.Entry(
                                move.from().name(), move.to().name(), move.startedNanoTime(), move.report()))
                        .toList());
        RunSettings settings = new RunSettings(
                source.name(),
                destination.name(),
                Steps.name(sourceProtocol),
                destinationProtocol(),
                device,
                passenger.load(),
                options.move().preCopy() != PreCopy.NONE,
                storage,
                memoryBytes(),
                rate());
        return report.of(settings, outcome, reason, verification, end);
    }

    private void moveOnce(Side from, Side to, StepListener listener) {
        DeviceMove move = new DeviceMove(
                        passenger().client(),
                        to.target(),
                        passenger().guest(),
                        passenger().memory(),
                        options.move(),
                        listener)
                .sourceAgain(from.connect());
        long start = System.nanoTime();
        if (!begin(move)) {
            return;
        }
        MoveReport report;
        try {
            report = move.run();
        } finally {
            end();
        }
        made.add(new MadeMove(from, to, start, report));
        if (!report.moved()) {
            fail(Steps.outcome(report.outcome()), Steps.reason(report.outcome()));
            return;
        }
        if (to.receiver().isPresent()) {
            gone = true;
            return;
        }
        settle();
        if (outcome == Outcome.MOVED) {
            checkPassenger();
        }
    }

    private boolean begin(DeviceMove move) {
        lock.lock();
        try {
            if (cancelled) {
                fail(Outcome.ROLLED_BACK, "called off; the device goes on where it is");
                return false;
            }
            current = move;
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void end() {
        lock.lock();
        try {
            current = null;
        } finally {
            lock.unlock();
        }
    }

    /** Lets the guest work, as long as it does and nobody calls it off. */
    private void settle() {
        long end = System.nanoTime() + options.settle().toNanos();
        lock.lock();
        try {
            while (!cancelled && passenger().failure().isEmpty()) {
                long left = end - System.nanoTime();
                if (left <= 0) {
                    break;
                }
                long ignored = cancelling.awaitNanos(Math.min(left, LOOK_NANOS));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            cancelled = true;
        } finally {
            lock.unlock();
        }
        passenger().failure().ifPresent(this::failedLoad);
    }

    private void checkPassenger() {
        try {
            passenger().check();
        } catch (RuntimeException e) {
            failedLoad(e);
        }
    }

    private Optional<Verification> finish() {
        if (gone) {
            // What it does is seen, and verified, where it is.
            return Optional.empty();
        }
        if (outcome == Outcome.LOST || passenger().failure().isPresent()) {
            passenger().failure().ifPresent(this::failedLoad);
            return Optional.empty();
        }
        try {
            Optional<Verification> verification = passenger().finish();
            verification
                    .filter(found -> !found.intact())
                    .ifPresent(found -> fail(
                            Outcome.VIOLATED,
                            found.faultCount() + " blocks do not hold what they have to; the first: "
                                    + found.faults().getFirst()));
            return verification;
        } catch (RuntimeException e) {
            failedLoad(e);
            return Optional.empty();
        }
    }

    private void failedLoad(Throwable failure) {
        fail(Steps.outcomeOf(failure), Steps.message(failure));
    }

    /** What is worse counts, and of equals the first. */
    private void fail(Outcome how, String why) {
        if (how.compareTo(outcome) > 0) {
            outcome = how;
            reason = why;
        }
    }

    private Passenger passenger() {
        if (boarded == null) {
            throw new IllegalStateException("nobody uses the device yet");
        }
        return boarded;
    }

    private String destinationProtocol() {
        if (destination.receiver().isPresent()) {
            return "tcp";
        }
        return made.stream()
                .findFirst()
                .flatMap(move -> move.report().destination())
                .map(side -> Steps.name(side.protocol()))
                .orElse("not reached");
    }

    private long memoryBytes() {
        return passenger().memory().regions().stream()
                .mapToLong(region -> region.lengthBytes())
                .sum();
    }

    private OptionalLong rate() {
        long rate = options.move().liveBytesPerSecond();
        return rate == 0 ? OptionalLong.empty() : OptionalLong.of(rate);
    }
}
