package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.spec.StatusCode;

/** Asynchronous Event Request. Base 2.1, section 5.1.2. Completes when there is an event. */
final class AsynchronousEventRequestCommand implements AdminCommandHandler {
    @Override
    public int execute(AdminRequest request, AdminContext controller) {
        return controller.events().request(request.commandId())
                ? CommandStatus.PENDING
                : CommandStatus.of(StatusCode.ASYNCHRONOUS_EVENT_REQUEST_LIMIT_EXCEEDED);
    }
}
