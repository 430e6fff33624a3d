package io.vfiouser.nvme.driver.workload;

import io.vfiouser.nvme.driver.CompletionHandler;
import io.vfiouser.nvme.driver.IoQueue;
import java.time.Duration;

/**
 * One queue in a closed loop. The clock is read once for a batch of completions: that moment ends the commands of the batch and begins
 * those that replace them, which the next poll rings.
 */
final class PerfWorker implements QueueTask, CompletionHandler {

    private static final Duration NAP = Duration.ofMillis(20);

    private final Workers workers;
    private final PerfTransfers transfers;
    private final IoQueue queue;
    private final boolean sleep;
    private final long countFrom;
    private final long end;
    private boolean started;
    private boolean ended;
    private long now;
    private boolean nowIsFresh;

    PerfWorker(Workers workers, PerfTransfers transfers, boolean sleep, long countFrom, long end) {
        this.workers = workers;
        this.transfers = transfers;
        this.queue = transfers.queue();
        this.sleep = sleep;
        this.countFrom = countFrom;
        this.end = end;
    }

    @Override
    public boolean ended() {
        return ended;
    }

    @Override
    public int step() {
        if (!started) {
            started = true;
            begin();
        }
        nowIsFresh = false;
        int done = sleep ? queue.await(this, NAP) : queue.poll(this);
        ended = queue.outstanding() == 0 || (done == 0 && workers.stopped());
        return done;
    }

    private void begin() {
        transfers.fillBuffers();
        now = System.nanoTime();
        for (int slot = 0; slot < transfers.slots(); slot++) {
            transfers.submit(slot, now);
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
        if (now - countFrom >= 0 && now - end < 0) {
            transfers.count(slot, now - transfers.startedAt(slot));
        }
        if (now - end < 0 && !workers.stopped()) {
            transfers.submit(slot, now);
        }
    }
}
