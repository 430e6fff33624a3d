package io.vfiouser.nvme.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.driver.NvmeCommand;
import io.vfiouser.nvme.spec.AdminOpcode;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import org.junit.jupiter.api.Test;

/** Abort. Base 2.1, section 5.1.1. */
@ConformanceSuite
class AbortConformanceTest {
    private static final int NOT_ABORTED = 1;

    private static NvmeCommand abort(int queueId, int commandId) {
        return NvmeCommand.admin(AdminOpcode.ABORT).cdw10(queueId | commandId << 16);
    }

    @Test
    void aCommandThatIsNotThereIsNotAborted(Conformance c) {
        for (int queueId : new int[] {0, 1}) {
            for (int commandId : new int[] {0x1234, 0x7FFF, 0xFFFF}) {
                assertThat(c.admin(abort(queueId, commandId)).succeeds().dw0() & NOT_ABORTED)
                        .isEqualTo(NOT_ABORTED);
            }
        }
    }

    @Test
    void aQueueThatIsNotThereIsRefused(Conformance c) {
        for (int queueId : new int[] {2, Queues.granted(c), Queues.granted(c) + 1, 0xFFFF}) {
            c.admin(abort(queueId, 0)).refused(StatusCode.INVALID_FIELD).at(SubmissionEntry.CDW10);
        }
    }

    @Test
    void anAsynchronousEventRequestIsAbortedAndTheOthersStay(Conformance c) {
        Conformance.Pending first = c.start(NvmeCommand.admin(AdminOpcode.ASYNCHRONOUS_EVENT_REQUEST));
        Conformance.Pending second = c.start(NvmeCommand.admin(AdminOpcode.ASYNCHRONOUS_EVENT_REQUEST));
        int commandId = SubmissionEntry.commandId(SubmissionEntry.cdw0(second.entry(), 0));
        assertThat(c.admin(abort(0, commandId)).succeeds().dw0() & NOT_ABORTED).isZero();
        assertThat(c.outcome(second).completion().is(StatusCode.COMMAND_ABORT_REQUESTED))
                .isTrue();
        assertThat(c.admin(abort(0, commandId)).completion().successful()).isTrue();
        assertThat(c.outstanding(first)).isTrue();
    }
}
