package io.vfiouser.nvme.driver.workload;

import io.vfiouser.nvme.driver.CompletionHandler;
import io.vfiouser.nvme.driver.IoQueue;
import io.vfiouser.nvme.driver.PollPause;
import java.time.Duration;

/**
 * One queue in a closed loop. The clock is read once for a batch of completions: that moment ends the commands of the batch and begins
 * those that replace them, which the next poll rings.
 */
final class PerfWorker implements Runnable, CompletionHandler {

    private static final Duration NAP = Duration.ofMillis(20);

    private final Workers workers;
    private final PerfTransfers transfers;
    private final IoQueue queue;
    private final boolean sleep;
    private final long countFrom;
    private final long end;
    private final PollPause pause = new PollPause();
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
    public void run() {
        transfers.fillBuffers();
        now = System.nanoTime();
        for (int slot = 0; slot < transfers.slots(); slot++) {
            transfers.submit(slot, now);
        }
        while (queue.outstanding() > 0) {
            nowIsFresh = false;
            int done = sleep ? queue.await(this, NAP) : queue.poll(this);
            if (done > 0) {
                pause.reset();
            } else if (workers.stopped()) {
                return;
            } else {
                pause.pause();
            }
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
