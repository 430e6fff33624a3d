package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;

/**
 * Abort. Base 2.1, section 5.1.1. Best effort, as the specification has it: an outstanding Asynchronous Event Request is aborted;
 * any other command goes on, which the completion says.
 */
final class AbortCommand implements AdminCommandHandler {
    private static final int NOT_ABORTED = 1;

    @Override
    public int execute(AdminRequest request, AdminContext controller) {
        int queueId = request.cdw10() & 0xFFFF;
        int commandId = request.cdw10() >>> 16;
        if (queueId != 0 && controller.ioQueues().submissionQueue(queueId) == null) {
            return CommandStatus.of(StatusCode.INVALID_FIELD, SubmissionEntry.CDW10);
        }
        boolean aborted = queueId == 0 && controller.events().abort(commandId);
        request.result(aborted ? 0 : NOT_ABORTED);
        return CommandStatus.SUCCESS;
    }
}
