package io.vfiouser.nvme.driver.workload;

import io.vfiouser.nvme.driver.CompletionHandler;
import io.vfiouser.nvme.driver.IoQueue;

/**
 * One queue in an open loop. Commands are due at fixed distances. One that is due while all slots are in use waits, and its latency counts
 * from when it was due all the same; so does that of one that this thread came to late. Those due in the counted time are counted
 * whenever they complete, and those that were not even issued by the end with the time that they had waited by then: a stall is seen by
 * every command that it would have delayed.
 */
final class PacedPerfWorker implements QueueTask, CompletionHandler {

    private final Workers workers;
    private final PerfTransfers transfers;
    private final IoQueue queue;
    private final double nanosPerCommand;
    private final long start;
    private final long countFrom;
    private final long end;
    private final int[] free;
    private int freeCount;
    private long issued;
    private long due;
    private long missed;
    private long now;
    private boolean nowIsFresh;
    private boolean started;
    private boolean ended;

    /**
     * @param nanosPerCommand of this queue
     * @param firstDue when the first command is due, by {@link System#nanoTime}
     */
    PacedPerfWorker(
            Workers workers, PerfTransfers transfers, double nanosPerCommand, long firstDue, long countFrom, long end) {
        this.workers = workers;
        this.transfers = transfers;
        this.queue = transfers.queue();
        this.nanosPerCommand = nanosPerCommand;
        this.start = firstDue;
        this.due = firstDue;
        this.countFrom = countFrom;
        this.end = end;
        this.free = new int[transfers.slots()];
        for (int slot = 0; slot < free.length; slot++) {
            free[freeCount++] = free.length - 1 - slot;
        }
    }

    long missed() {
        return missed;
    }

    @Override
    public boolean ended() {
        return ended;
    }

    @Override
    public int step() {
        if (!started) {
            started = true;
            transfers.fillBuffers();
            now = System.nanoTime();
        }
        boolean wanted = now - end < 0 && !workers.stopped();
        if (!wanted && (queue.outstanding() == 0 || workers.stopped())) {
            countMissed();
            ended = true;
            return 0;
        }
        if (wanted) {
            issueWhatIsDue();
        }
        nowIsFresh = false;
        int done = queue.poll(this);
        now = System.nanoTime();
        return done;
    }

    private void issueWhatIsDue() {
        while (freeCount > 0 && now - due >= 0) {
            transfers.submit(free[--freeCount], due);
            toNextDue();
        }
    }

    @Override
    public void completed(long tag, int statusField, long result) {
        int slot = (int) tag;
        if (!nowIsFresh) {
            now = System.nanoTime();
            nowIsFresh = true;
        }
        transfers.check(slot, statusField, result);
        long wasDue = transfers.startedAt(slot);
        if (wasDue - countFrom >= 0) {
            transfers.count(slot, now - wasDue);
        }
        free[freeCount++] = slot;
    }

    private void countMissed() {
        while (due - end < 0) {
            if (due - countFrom >= 0) {
                transfers.countMissed(end - due);
                missed++;
            }
            toNextDue();
        }
    }

    /** From the start each time: a sum of rounded distances would be another rate. */
    private void toNextDue() {
        due = start + (long) (++issued * nanosPerCommand);
    }
}
