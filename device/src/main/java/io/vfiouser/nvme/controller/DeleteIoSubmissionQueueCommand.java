package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;

/**
 * Delete I/O Submission Queue. Base 2.1, section 5.2.4. Commands that were fetched complete first; what was not fetched is
 * forgotten without a completion.
 */
final class DeleteIoSubmissionQueueCommand implements AdminCommandHandler {
    @Override
    public int execute(AdminRequest request, AdminContext controller) {
        SubmissionQueue queue = controller.ioQueues().submissionQueue(request.cdw10() & 0xFFFF);
        if (queue == null) {
            return CommandStatus.of(StatusCode.INVALID_QUEUE_IDENTIFIER, SubmissionEntry.CDW10);
        }
        return controller.whenStill(PauseLevel.DRAIN, () -> {
            controller.ioQueues().remove(queue);
            return CommandStatus.SUCCESS;
        });
    }
}
