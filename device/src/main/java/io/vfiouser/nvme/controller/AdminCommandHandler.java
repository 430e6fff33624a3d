package io.vfiouser.nvme.controller;

/** One command of the admin command set. Stateless. Control thread. */
@FunctionalInterface
interface AdminCommandHandler {
    /**
     * Executes a command, checking everything that can be decided before any effect.
     *
     * @return a {@link CommandStatus}; {@link CommandStatus#PENDING} after {@link AdminContext#defer}, or if the completion is
     *     kept for later, as Asynchronous Event Request does
     */
    int execute(AdminRequest request, AdminContext controller);

    /** Whether this controller has the command at all. */
    default boolean supported(AdminContext controller) {
        return true;
    }
}
