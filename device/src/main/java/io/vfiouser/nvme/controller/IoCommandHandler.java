package io.vfiouser.nvme.controller;

import java.lang.foreign.MemorySegment;

/** One command of the NVM command set. Stateless: what a command needs to remember is in its slot. */
interface IoCommandHandler {
    /**
     * Starts a command. Checks everything that can be decided before any effect. Reads each field of the entry at most once,
     * since the guest may change it meanwhile, and none after it has returned.
     *
     * @param slot the command; NSID is known to be valid unless {@link #takesAllNamespaces()}
     * @param entries memory that holds the submission entry, in the guest's hands
     * @param offset where the entry starts
     * @return a {@link CommandStatus}; {@link CommandStatus#PENDING} if {@link #completed} will tell
     */
    int start(CommandSlot slot, MemorySegment entries, long offset);

    /**
     * The back end has ended the slot's request; called from inside {@link #start} where the back end completes inline.
     *
     * @param status how the request ended
     * @return the command's status, or {@link CommandStatus#PENDING} if the handler has submitted again
     */
    default int completed(CommandSlot slot, int status) {
        return status;
    }

    /** Whether NSID FFFFFFFFh is for this command to interpret. */
    default boolean takesAllNamespaces() {
        return false;
    }
}
