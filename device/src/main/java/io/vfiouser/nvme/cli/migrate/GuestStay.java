package io.vfiouser.nvme.cli.migrate;

import io.vfiouser.mover.Arrival;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** What a guest of {@link Boarding} does where it arrived: it works on for a while, then everything is read back. */
public final class GuestStay {
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private GuestStay() {}

    /**
     * Runs to its end, and ends the guest.
     *
     * @param arrival of a guest that {@link Boarding} made; stays the caller's
     * @param work how long it works
     * @param cancelled ends the work early
     */
    public static ArrivalReport at(Arrival arrival, Duration work, CountDownLatch cancelled) {
        if (!(arrival.guest() instanceof Boarding.Boarded(Passenger guest))) {
            throw new IllegalArgumentException("a guest of another kind");
        }
        try (Passenger passenger = guest) {
            work(passenger, work, cancelled);
            return finish(arrival, passenger);
        }
    }

    private static void work(Passenger passenger, Duration work, CountDownLatch cancelled) {
        long end = System.nanoTime() + work.toNanos();
        try {
            long left = work.toNanos();
            while (left > 0 && passenger.failure().isEmpty()) {
                if (cancelled.await(Math.min(left, LOOK_NANOS), TimeUnit.NANOSECONDS)) {
                    return;
                }
                left = end - System.nanoTime();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static ArrivalReport finish(Arrival arrival, Passenger passenger) {
        try {
            Optional<Throwable> failure = passenger.failure();
            if (failure.isPresent()) {
                return failed(arrival, passenger, failure.get());
            }
            passenger.check();
            Optional<Verification> verification = passenger.finish();
            Optional<Verification> faulty = verification.filter(found -> !found.intact());
            return ArrivalReport.of(
                    arrival,
                    passenger,
                    faulty.isPresent() ? Outcome.VIOLATED : Outcome.MOVED,
                    faulty.map(found -> found.faultCount() + " blocks do not hold what they have to")
                            .orElse(""),
                    verification);
        } catch (RuntimeException e) {
            return failed(arrival, passenger, e);
        }
    }

    private static ArrivalReport failed(Arrival arrival, Passenger passenger, Throwable failure) {
        return ArrivalReport.of(arrival, passenger, Steps.outcomeOf(failure), Steps.message(failure), Optional.empty());
    }
}
