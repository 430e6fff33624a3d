package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;

/** Delete I/O Completion Queue. Base 2.1, section 5.2.3. */
final class DeleteIoCompletionQueueCommand implements AdminCommandHandler {
    @Override
    public int execute(AdminRequest request, AdminContext controller) {
        CompletionQueue queue = controller.ioQueues().completionQueue(request.cdw10() & 0xFFFF);
        if (queue == null) {
            return CommandStatus.of(StatusCode.INVALID_QUEUE_IDENTIFIER, SubmissionEntry.CDW10);
        }
        if (queue.submissionQueues() > 0) {
            return CommandStatus.of(StatusCode.INVALID_QUEUE_DELETION, SubmissionEntry.CDW10);
        }
        return controller.whenStill(PauseLevel.HOLD, () -> {
            controller.ioQueues().remove(queue);
            return CommandStatus.SUCCESS;
        });
    }
}
