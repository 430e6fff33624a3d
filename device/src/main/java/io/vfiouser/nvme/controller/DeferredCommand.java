package io.vfiouser.nvme.controller;

/** The rest of an admin command that has to wait for something. The next command is not fetched until it is done. */
@FunctionalInterface
interface DeferredCommand {
    /** Goes on if it can. Returns {@link CommandStatus#PENDING} until it has ended. */
    int advance();
}
