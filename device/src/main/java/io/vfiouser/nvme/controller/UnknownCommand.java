package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import java.lang.foreign.MemorySegment;

/** Stands in the table of I/O commands for each opcode that is not supported. */
final class UnknownCommand implements IoCommandHandler {
    static final UnknownCommand INSTANCE = new UnknownCommand();

    private UnknownCommand() {}

    @Override
    public int start(CommandSlot slot, MemorySegment entries, long offset) {
        return CommandStatus.of(StatusCode.INVALID_OPCODE, SubmissionEntry.CDW0);
    }

    @Override
    public boolean takesAllNamespaces() {
        return true;
    }
}
