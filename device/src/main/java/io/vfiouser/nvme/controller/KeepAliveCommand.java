package io.vfiouser.nvme.controller;

/** Keep Alive. Base 2.1, section 5.1.14: restarts the keep alive timer, if it runs. */
final class KeepAliveCommand implements AdminCommandHandler {
    @Override
    public int execute(AdminRequest request, AdminContext controller) {
        controller.keepAlive().restart(controller.nowMillis());
        return CommandStatus.SUCCESS;
    }
}
