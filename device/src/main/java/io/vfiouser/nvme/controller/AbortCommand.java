package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;

/**
 * Abort. Base 2.1, section 5.1.1. A command that waits, or that the back end can take back, completes as aborted before the Abort does.
 * What cannot be taken back goes on and completes as it may; what has not been fetched completes as aborted when it is: in both cases
 * the Abort says that nothing was aborted at once. Of admin commands, Asynchronous Event Requests are aborted.
 *
 * <p>Each block of a write that was aborted holds its old or its new data.
 */
final class AbortCommand implements AdminCommandHandler {
    /** Dword 0: the command was aborted at once. */
    static final int ABORTED = 0;
    /** Dword 0: it was not, and may or may not be later. */
    static final int NOT_ABORTED = 1;

    @Override
    public int execute(AdminRequest request, AdminContext controller) {
        int queueId = request.cdw10() & 0xFFFF;
        int commandId = request.cdw10() >>> 16;
        if (queueId == 0) {
            request.result(controller.events().abort(commandId) ? ABORTED : NOT_ABORTED);
            return CommandStatus.SUCCESS;
        }
        if (controller.ioQueues().submissionQueue(queueId) == null) {
            return CommandStatus.of(StatusCode.INVALID_FIELD, SubmissionEntry.CDW10);
        }
        return controller.aborts().abort(request, controller, queueId, commandId);
    }
}
