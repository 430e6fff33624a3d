package io.vfiouser.nvme.controller;

import java.util.Arrays;

/**
 * Tells a poller at which of its queues a look is worth while: whose doorbell has changed, or that was left with something to do. For this it needs
 * two small arrays and the doorbells, eight to a cache line; the queues' own objects, of which a host may have dozens that are idle, stay out of the cache.
 * Poller's thread.
 */
final class QueueScan {
    private final DoorbellPage doorbells;
    private int[] ids = {};
    /** Tail doorbells as the queues last read them, by place. Not as they were seen here: the queue may have read a later one. */
    private int[] tails = {};
    /** Queues to be looked at whatever their doorbell says. */
    private boolean[] again = {};

    QueueScan(DoorbellPage doorbells) {
        this.doorbells = doorbells;
    }

    /** These are the queues from now on; each is worth a look. */
    void take(SubmissionQueue[] queues) {
        ids = new int[queues.length];
        tails = new int[queues.length];
        again = new boolean[queues.length];
        for (int i = 0; i < queues.length; i++) {
            ids[i] = queues[i].id();
        }
        lookAtAll();
    }

    /** Queues or doorbells may have been changed by somebody else. */
    void lookAtAll() {
        Arrays.fill(again, true);
    }

    /**
     * The first place from {@code from} on, and before {@code end}, with a queue worth a look, or {@code end}. {@link #looked} follows after the look.
     */
    int next(int from, int end) {
        for (int place = from; place < end; place++) {
            if (doorbells.submissionTail(ids[place]) != tails[place] || again[place]) {
                return place;
            }
        }
        return end;
    }

    /** A queue was fetched from. What is left there, for want of room or of slots, is looked at again; so is a queue whose doorbell is elsewhere. */
    void looked(int place, SubmissionQueue queue) {
        int read = queue.doorbellRead();
        if (tails[place] != read) {
            tails[place] = read;
        }
        boolean more = queue.available() > 0 || queue.followsShadow();
        if (again[place] != more) {
            again[place] = more;
        }
    }
}
