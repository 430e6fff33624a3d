package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** Flush. Base 2.1, section 7.2. With NSID FFFFFFFFh one namespace after the other, as Identify Controller's VWC announces. */
final class FlushCommand implements IoCommandHandler {
    @Override
    public int start(CommandSlot slot, MemorySegment entries, long offset) {
        if (slot.namespaceId() != SubmissionEntry.NSID_ALL) {
            NamespaceChannel named = slot.poller().namespace(slot.namespaceId());
            if (named == null) {
                return NamespaceIdentifier.refused(slot.namespaceId());
            }
            if (!named.ready()) {
                return CommandStatus.of(StatusCode.FORMAT_IN_PROGRESS);
            }
            slot.step = slot.namespaceId();
            slot.lastStep = slot.namespaceId();
            slot.flush();
            return slot.submit(named);
        }
        slot.step = 0;
        slot.lastStep = slot.poller().largestNamespaceId();
        return completed(slot, CommandStatus.SUCCESS);
    }

    @Override
    public int completed(CommandSlot slot, int status) {
        if (status != CommandStatus.SUCCESS) {
            return status;
        }
        while (slot.step < slot.lastStep) {
            slot.step++;
            @Nullable NamespaceChannel next = slot.poller().namespace(slot.step);
            if (next != null && next.ready()) {
                if (slot.stopWanted()) {
                    return CommandStatus.of(StatusCode.COMMAND_ABORT_REQUESTED);
                }
                slot.flush();
                return slot.submit(next);
            }
        }
        return status;
    }

    @Override
    public boolean takesAllNamespaces() {
        return true;
    }
}
