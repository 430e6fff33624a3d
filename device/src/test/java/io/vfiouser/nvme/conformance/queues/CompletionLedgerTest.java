package io.vfiouser.nvme.conformance.queues;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.vfiouser.nvme.spec.StatusCode;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The books find each kind of mistake. */
class CompletionLedgerTest {
    private static final int CQ = 2;
    private static final int SQ = 1;
    private final CompletionLedger ledger = new CompletionLedger();

    @BeforeEach
    void threeCommandsInAQueueOfFour() {
        ledger.opened(SQ, 4);
        ledger.submitted(SQ, 10);
        ledger.submitted(SQ, 11);
        ledger.submitted(SQ, 12);
        ledger.rung(SQ);
    }

    private void completed(int commandId, int head) {
        ledger.completed(CQ, SQ, commandId, head, 0);
    }

    private static void wrong(String message, Runnable completion) {
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(completion::run)
                .withMessageContaining(message);
    }

    @Test
    void commandsThatCompleteInAnyOrderSettle() {
        completed(12, 3);
        completed(10, 3);
        completed(11, 3);
        ledger.assertSettled();
        assertThat(ledger.completed()).isEqualTo(3);
        assertThat(ledger.room(SQ)).isEqualTo(3);
        ledger.submitted(SQ, 10);
        ledger.submitted(SQ, 11);
        ledger.rung(SQ);
        completed(10, 0);
        completed(11, 1);
        ledger.assertSettled();
    }

    @Test
    void aLostCommandIsNamed() {
        completed(10, 3);
        completed(12, 3);
        wrong("SQ 1: {11}", ledger::assertSettled);
    }

    @Test
    void aDoubledCompletionFails() {
        completed(10, 1);
        wrong("completed twice", () -> completed(10, 2));
    }

    @Test
    void anUnknownCommandOrQueueFails() {
        wrong("not outstanding", () -> completed(13, 1));
        wrong("no such submission queue", () -> ledger.completed(CQ, 7, 10, 1, 0));
    }

    @Test
    void anErrorFails() {
        wrong("not success", () -> ledger.completed(CQ, SQ, 10, 1, StatusCode.ABORTED_SQ_DELETION.field()));
    }

    @Test
    void commandsOfAQueueThatIsBeingDeletedMayBeAborted() {
        ledger.deleting(SQ);
        ledger.completed(CQ, SQ, 10, 1, StatusCode.ABORTED_SQ_DELETION.field());
        assertThat(ledger.closed(SQ)).isEqualTo(2);
        ledger.assertSettled();
        wrong("no such submission queue", () -> completed(11, 3));
    }

    @Test
    void aHeadThatGoesBackFails() {
        completed(10, 3);
        wrong("beyond the tail", () -> completed(11, 2));
    }

    @Test
    void aHeadOutsideTheRingFails() {
        wrong("has 4 entries", () -> completed(10, 4));
    }

    @Test
    void aHeadThatStaysBehindWhatHasCompletedFails() {
        completed(10, 1);
        wrong("stands at 1", () -> completed(11, 1));
    }

    @Test
    void aHeadBeyondATailThatWasNotRungFails() {
        completed(10, 3);
        ledger.submitted(SQ, 20);
        wrong("beyond the tail", () -> completed(11, 0));
    }
}
