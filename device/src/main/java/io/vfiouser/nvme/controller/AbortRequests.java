package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.spec.StatusCode;

/**
 * The Aborts of I/O commands that are under way: each waits until the pollers are between two passes, while other admin commands go on. Control
 * thread only.
 */
final class AbortRequests {
    /** Aborts that a host may have outstanding: what Identify Controller's ACL announces. */
    static final int LIMIT = 4;

    private final PollerGroup group;
    private final IoQueues ioQueues;
    private int outstanding;

    AbortRequests(PollerGroup group, IoQueues ioQueues) {
        this.group = group;
        this.ioQueues = ioQueues;
    }

    /** Whether an Abort waits. */
    boolean any() {
        return outstanding > 0;
    }

    /** Aborts a command of an I/O queue; {@code request} is told whether that was done at once. Returns a {@link CommandStatus}. */
    int abort(AdminRequest request, AdminContext controller, int queueId, int commandId) {
        if (outstanding == LIMIT) {
            return CommandStatus.of(StatusCode.ABORT_COMMAND_LIMIT_EXCEEDED);
        }
        outstanding++;
        group.request(PollerGroup.Reason.ABORT, PauseLevel.HOLD);
        return controller.inBackground(() -> {
            if (!group.reached(PauseLevel.HOLD)) {
                return CommandStatus.PENDING;
            }
            request.result(ioQueues.abort(queueId, commandId) ? AbortCommand.ABORTED : AbortCommand.NOT_ABORTED);
            outstanding--;
            if (outstanding == 0) {
                group.release(PollerGroup.Reason.ABORT);
            }
            return CommandStatus.SUCCESS;
        });
    }
}
