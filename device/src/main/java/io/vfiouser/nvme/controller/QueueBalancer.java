package io.vfiouser.nvme.controller;

import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves queues from a poller that has too much to do to one that has hardly anything. Control thread only.
 *
 * <h2>When</h2>
 *
 * <p>Once in {@link #INTERVAL_NANOS} it looks at what share of that time each poller was busy ({@link PollerLoad}), and how many commands the
 * host has announced on each queue ({@link SubmissionQueue#announced}); both are counted without a cost for each command. A queue goes
 * if all of these hold:
 *
 * <ul>
 *   <li>one poller was busy for {@link #SATURATED} of its time, and another one for at most {@link #MOSTLY_IDLE}, in {@link #INTERVALS}
 *       intervals in a row;
 *   <li>the busier of the two has less to do afterwards than the saturated one has now, by at least {@link #LEAST_GAIN}: by its commands a
 *       queue is charged with a share of its poller's time. A queue that alone makes the load stays where it is;
 *   <li>in {@link #REST_NANOS} before, none was moved, and none was tried to be moved.
 * </ul>
 *
 * <p>That it does not go to and fro follows from the distance of the two thresholds, from the gain, and from the rest, in which the effect
 * of a move shows before the next is thought of.
 *
 * <h2>What</h2>
 *
 * <p>A completion queue with all its submission queues, since only one thread may post into it.
 *
 * <h2>How</h2>
 *
 * <p>All pollers stand still between two passes ({@link PauseLevel#HOLD}, a matter of microseconds); the objects of the queues, with heads,
 * tails, shadow doorbells and entries to be aborted in them, are given from one to the other. Acknowledging and ending the
 * standstill make what the one did visible to the other. Before it stands still a poller has published the completions of its passes and
 * raised every interrupt that it withheld, so that nothing of the queue is in its batches; and the standstill's end wakes the new poller, which
 * looks at the queue once, whatever doorbell rang meanwhile.
 *
 * <p>Commands do not move: their slots, requests, places at a {@link RangeGate} and partners in a fused operation are their poller's. The
 * queue goes only when none is under way, which is when its completion queue has no room {@linkplain CompletionQueue#reserve reserved}. With
 * back ends that complete inline that is so at once. Otherwise its poller {@linkplain QueuePoller#park parks} it first: it fetches nothing more from
 * it and completes what it has, while all other queues go on; every {@link #RETRY_NANOS} it is looked at again. After {@link
 * #PATIENCE_NANOS} its poller fetches from it again and the move is given up: a slow command must not hold up those behind it for
 * long.
 *
 * <p>A pause, a reset, a shutdown, a fault prevail: the standstill of its own is ended at once, and the move goes on after them if its queue is still
 * the same object; after a reset there is none. A parked queue that is saved is saved like any other, and one that is deleted is deleted.
 */
final class QueueBalancer {
    /** Between two looks at the loads. */
    static final long INTERVAL_NANOS = 1_000_000_000L;
    /** Looks in a row that say the same before something is done about it. */
    static final int INTERVALS = 3;
    /** Share of its time for which a poller is busy that has too much to do. */
    static final double SATURATED = 0.9;
    /** Share of its time for which a poller is busy, at most, that has room for more. */
    static final double MOSTLY_IDLE = 0.5;
    /** By how much the busier of two pollers has to have less to do. */
    static final double LEAST_GAIN = 0.1;
    /** After a move, or an attempt. */
    static final long REST_NANOS = 10_000_000_000L;
    /** Between two looks whether commands of a parked queue have completed. */
    static final long RETRY_NANOS = 500_000L;
    /** How long a queue may be parked. */
    static final long PATIENCE_NANOS = 20_000_000L;

    private static final Logger LOG = LoggerFactory.getLogger(QueueBalancer.class);

    private record Move(CompletionQueue queue, int to, long begunNanos) {}

    private final String name;
    private final PollerGroup group;
    private final IoQueues ioQueues;
    private LongSupplier clock = System::nanoTime;
    private final double[] busy;
    private final long[] idleBefore;
    private final int[] saturatedFor;
    private final int[] idleFor;
    /** By identifier of the completion queue. */
    private final long[] commands;

    private final long[] announcedBefore;
    private long lookedNanos;
    private long restsUntilNanos;
    private @Nullable Move move;
    private long retryNanos;
    private final AtomicLong moved = new AtomicLong();

    QueueBalancer(String name, PollerGroup group, IoQueues ioQueues, int queuePairs) {
        this.name = name;
        this.group = group;
        this.ioQueues = ioQueues;
        int pollers = group.pollers().size();
        busy = new double[pollers];
        idleBefore = new long[pollers];
        saturatedFor = new int[pollers];
        idleFor = new int[pollers];
        commands = new long[queuePairs + 1];
        announcedBefore = new long[queuePairs + 1];
        startAnew();
    }

    /** For tests: what tells the time, in nanoseconds. */
    void clock(LongSupplier nanos) {
        clock = nanos;
        startAnew();
    }

    private void startAnew() {
        lookedNanos = clock.getAsLong();
        restsUntilNanos = lookedNanos;
        measure(0);
    }

    /** How many times a completion queue has gone to another poller. Any thread. */
    long moved() {
        return moved.get();
    }

    /** Whether a queue is about to go to another poller, so that {@link #doWork} should be called again soon. */
    boolean moving() {
        return move != null;
    }

    /**
     * Looks at the loads if it is time for that, and goes on with a move.
     *
     * @param mayMove whether the controller works: no pause, no reset, no shutdown, no fault
     * @return how much was done
     */
    int doWork(boolean mayMove) {
        if (group.pollers().size() == 1) {
            return 0;
        }
        Move present = move;
        if (present != null) {
            return mayMove ? goOn(present) : stepBack(present);
        }
        if (mayMove) {
            look(clock.getAsLong());
        }
        return 0;
    }

    /**
     * Begins to move a completion queue, unless another one is about to go.
     *
     * @return whether it has begun; the move may still be given up
     */
    boolean begin(CompletionQueue queue, int toPoller) {
        if (move != null || ioQueues.pollerOf(queue) == toPoller) {
            return false;
        }
        long now = clock.getAsLong();
        move = new Move(queue, toPoller, now);
        retryNanos = now;
        return true;
    }

    private int stepBack(Move present) {
        group.release(PollerGroup.Reason.BALANCE);
        if (!ioQueues.has(present.queue())) {
            end(clock.getAsLong());
        }
        return 0;
    }

    private int goOn(Move present) {
        long now = clock.getAsLong();
        if (!ioQueues.has(present.queue())) {
            end(now);
            return 1;
        }
        if (now - retryNanos < 0) {
            return 0;
        }
        group.request(PollerGroup.Reason.BALANCE, PauseLevel.HOLD);
        if (!group.reached(PauseLevel.HOLD)) {
            return 0;
        }
        advance(present, now);
        group.release(PollerGroup.Reason.BALANCE);
        return 1;
    }

    private void advance(Move present, long now) {
        CompletionQueue queue = present.queue();
        int from = ioQueues.pollerOf(queue);
        if (group.anyFaulted()) {
            ioQueues.assign(queue, from);
            end(now);
        } else if (!queue.expectsCompletions()) {
            ioQueues.assign(queue, present.to());
            moved.lazySet(moved.getPlain() + 1);
            LOG.info("{}: completion queue {} goes from poller {} to {}", name, queue.id(), from, present.to());
            end(now);
        } else if (now - present.begunNanos() >= PATIENCE_NANOS) {
            ioQueues.assign(queue, from);
            LOG.debug("{}: completion queue {} stays, since its commands take long", name, queue.id());
            end(now);
        } else {
            ioQueues.park(queue);
            retryNanos = now + RETRY_NANOS;
        }
    }

    private void end(long now) {
        group.release(PollerGroup.Reason.BALANCE);
        move = null;
        restsUntilNanos = now + REST_NANOS;
        Arrays.fill(saturatedFor, 0);
        Arrays.fill(idleFor, 0);
    }

    private void look(long now) {
        long elapsed = now - lookedNanos;
        if (elapsed < INTERVAL_NANOS) {
            return;
        }
        measure(elapsed);
        lookedNanos = now;
        if (now - restsUntilNanos < 0) {
            return;
        }
        for (int i = 0; i < busy.length; i++) {
            saturatedFor[i] = busy[i] >= SATURATED ? saturatedFor[i] + 1 : 0;
            idleFor[i] = busy[i] <= MOSTLY_IDLE ? idleFor[i] + 1 : 0;
        }
        decide();
    }

    private void measure(long elapsed) {
        long now = clock.getAsLong();
        for (int i = 0; i < busy.length; i++) {
            long idle = group.pollers().get(i).load().idleNanos(now);
            double idleShare = elapsed == 0 ? 1 : (double) (idle - idleBefore[i]) / elapsed;
            busy[i] = Math.clamp(1 - idleShare, 0.0, 1.0);
            idleBefore[i] = idle;
        }
        Arrays.fill(commands, 0);
        for (SubmissionQueue queue : ioQueues.submissionQueues()) {
            commands[queue.completionQueue().id()] += queue.announced();
        }
        for (int i = 0; i < commands.length; i++) {
            long announced = commands[i];
            // There are fewer than before if a queue was deleted.
            commands[i] = Math.max(announced - announcedBefore[i], 0);
            announcedBefore[i] = announced;
        }
    }

    private void decide() {
        int target = -1;
        for (int i = 0; i < busy.length; i++) {
            if (idleFor[i] >= INTERVALS && (target < 0 || busy[i] < busy[target])) {
                target = i;
            }
        }
        if (target < 0) {
            return;
        }
        for (int i = 0; i < busy.length; i++) {
            Optional<CompletionQueue> worthwhile =
                    saturatedFor[i] >= INTERVALS ? worthwhile(i, target) : Optional.empty();
            if (worthwhile.isPresent()) {
                boolean ignored = begin(worthwhile.get(), target);
                return;
            }
        }
    }

    /** The queue after whose move the busier of two pollers has least to do, if it is worth it. */
    private Optional<CompletionQueue> worthwhile(int from, int to) {
        long all = 0;
        for (CompletionQueue queue : ioQueues.completionQueues()) {
            all += ioQueues.pollerOf(queue) == from ? commands[queue.id()] : 0;
        }
        double least = busy[from] - LEAST_GAIN;
        Optional<CompletionQueue> found = Optional.empty();
        for (CompletionQueue queue : ioQueues.completionQueues()) {
            if (ioQueues.pollerOf(queue) != from || commands[queue.id()] == 0) {
                continue;
            }
            double load = busy[from] * commands[queue.id()] / all;
            double busierThen = Math.max(busy[from] - load, busy[to] + load);
            if (busierThen <= least) {
                least = busierThen;
                found = Optional.of(queue);
            }
        }
        return found;
    }
}
