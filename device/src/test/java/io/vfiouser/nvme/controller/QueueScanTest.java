package io.vfiouser.nvme.controller;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A queue is looked at when its doorbell was written, or when something was left there; and not otherwise. */
class QueueScanTest {
    private final Arena arena = Arena.ofConfined();
    private final DoorbellPage doorbells = new DoorbellPage(arena.allocate(NvmeController.DOORBELL_BYTES, 4096));
    private final QueueScan scan = new QueueScan(doorbells);
    private final SubmissionQueue[] queues = {queue(3), queue(9)};

    @BeforeEach
    void nothingToDo() {
        scan.take(queues);
        look(0);
        look(1);
    }

    @AfterEach
    void close() {
        arena.close();
    }

    private static SubmissionQueue queue(int id) {
        return new SubmissionQueue(id, 8, 0, new CompletionQueue(id, 8, 0, false, 0));
    }

    private boolean worthwhile(int place) {
        return scan.next(place, place + 1) == place;
    }

    private void look(int place) {
        assertThat(worthwhile(place)).isTrue();
        assertThat(queues[place].readTail(doorbells)).isFalse();
        scan.looked(place, queues[place]);
    }

    @Test
    void aQueueIsLookedAtOnceForEachWriteOfItsDoorbell() {
        assertThat(worthwhile(0)).isFalse();
        assertThat(worthwhile(1)).isFalse();
        doorbells.putSubmissionTail(9, 1);
        assertThat(worthwhile(0)).isFalse();
        assertThat(scan.next(0, 2)).isEqualTo(1);
        assertThat(queues[1].readTail(doorbells)).isFalse();
        long ignored = queues[1].take();
        scan.looked(1, queues[1]);
        assertThat(worthwhile(1)).isFalse();
    }

    @Test
    void whatWasSeenButNotReadByItsQueueIsFoundAgain() {
        doorbells.putSubmissionTail(3, 5);
        assertThat(worthwhile(0)).isTrue();
        assertThat(worthwhile(0)).isTrue();
        scan.looked(0, queues[0]);
        assertThat(worthwhile(0)).isTrue();
    }

    /** The tail comes back to the value that the scan saw, after the queue has read a later one than the scan. */
    @Test
    void aWriteBetweenTheLookAndTheReadingDoesNotHideOneThatWrapsAround() {
        doorbells.putSubmissionTail(3, 2);
        look(0);
        assertThat(worthwhile(0)).as("two entries were left").isTrue();
        doorbells.putSubmissionTail(3, 5);
        assertThat(queues[0].readTail(doorbells)).isFalse();
        while (queues[0].available() > 0) {
            long ignored = queues[0].take();
        }
        scan.looked(0, queues[0]);
        assertThat(worthwhile(0)).isFalse();
        doorbells.putSubmissionTail(3, 2);
        assertThat(worthwhile(0)).isTrue();
    }

    @Test
    void aRefusedValueIsLookedAtOnce() {
        doorbells.putSubmissionTail(3, 8);
        assertThat(worthwhile(0)).isTrue();
        assertThat(queues[0].readTail(doorbells)).isTrue();
        scan.looked(0, queues[0]);
        assertThat(worthwhile(0)).isFalse();
    }

    @Test
    void whatWasLeftIsLookedAtAgain() {
        doorbells.putSubmissionTail(3, 2);
        look(0);
        long first = queues[0].take();
        scan.looked(0, queues[0]);
        assertThat(worthwhile(0)).isTrue();
        long second = queues[0].take();
        assertThat(second).isNotEqualTo(first);
        scan.looked(0, queues[0]);
        assertThat(worthwhile(0)).isFalse();
    }

    @Test
    void allAreLookedAtAfterSomebodyElseWasAtThem() {
        scan.lookAtAll();
        look(0);
        assertThat(worthwhile(0)).isFalse();
        look(1);
        assertThat(worthwhile(1)).isFalse();
        scan.take(queues);
        look(1);
        look(0);
    }
}
