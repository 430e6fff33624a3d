package io.vfiouser.nvme.conformance;

import static io.vfiouser.nvme.conformance.TestedNamespace.RAM;

import io.vfiouser.nvme.driver.NvmeCommand;
import io.vfiouser.nvme.spec.AdminOpcode;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import org.junit.jupiter.api.Test;

/** Delete I/O Submission Queue and Delete I/O Completion Queue. Base 2.1, sections 5.2.3 and 5.2.4. The host has created queue pair 1. */
@ConformanceSuite
class DeleteIoQueuesConformanceTest {
    private static NvmeCommand deleteSubmissionQueue(int queueId) {
        return NvmeCommand.admin(AdminOpcode.DELETE_IO_SUBMISSION_QUEUE).cdw10(queueId);
    }

    private static NvmeCommand deleteCompletionQueue(int queueId) {
        return NvmeCommand.admin(AdminOpcode.DELETE_IO_COMPLETION_QUEUE).cdw10(queueId);
    }

    @Test
    void queuesThatDoNotExistAreRefused(Conformance c) {
        for (int queueId : new int[] {0, 2, Queues.granted(c), Queues.granted(c) + 1, 0xFFFF}) {
            c.admin(deleteSubmissionQueue(queueId))
                    .refused(StatusCode.INVALID_QUEUE_IDENTIFIER)
                    .at(SubmissionEntry.CDW10);
            c.admin(deleteCompletionQueue(queueId))
                    .refused(StatusCode.INVALID_QUEUE_IDENTIFIER)
                    .at(SubmissionEntry.CDW10);
        }
    }

    @Test
    void aCompletionQueueGoesOnlyAfterAllItsSubmissionQueues(Conformance c) {
        c.admin(NvmeCommand.createCompletionQueue(5, 16, c.buffer().iova(), false, 0))
                .succeeds();
        c.admin(NvmeCommand.createSubmissionQueue(2, 16, c.buffer().iova() + 4096, 5))
                .succeeds();
        c.admin(NvmeCommand.createSubmissionQueue(4, 16, c.buffer().iova() + 8192, 5))
                .succeeds();
        c.admin(deleteCompletionQueue(5))
                .refused(StatusCode.INVALID_QUEUE_DELETION)
                .at(SubmissionEntry.CDW10);
        c.admin(deleteSubmissionQueue(4)).succeeds();
        c.admin(deleteCompletionQueue(5))
                .refused(StatusCode.INVALID_QUEUE_DELETION)
                .at(SubmissionEntry.CDW10);
        c.admin(deleteSubmissionQueue(2)).succeeds();
        c.admin(deleteCompletionQueue(5)).succeeds();
        c.admin(deleteCompletionQueue(5))
                .refused(StatusCode.INVALID_QUEUE_IDENTIFIER)
                .at(SubmissionEntry.CDW10);
    }

    @Test
    void aRefusedDeletionLeavesTheQueuesAtWork(Conformance c) {
        c.admin(deleteCompletionQueue(1))
                .refused(StatusCode.INVALID_QUEUE_DELETION)
                .at(SubmissionEntry.CDW10);
        c.io(NvmeCommand.flush(RAM.id())).succeeds();
    }

    @Test
    void aSubmissionQueueIsDeletedOnce(Conformance c) {
        c.admin(deleteSubmissionQueue(1)).succeeds();
        c.admin(deleteSubmissionQueue(1))
                .refused(StatusCode.INVALID_QUEUE_IDENTIFIER)
                .at(SubmissionEntry.CDW10);
    }
}
