package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.spec.AdminCommand;
import io.vfiouser.nvme.spec.ControllerList;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import io.vfiouser.nvme.subsystem.AttachmentOutcome;
import io.vfiouser.nvme.subsystem.Namespace;
import io.vfiouser.nvme.subsystem.NvmSubsystem;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;

/** Namespace Attachment. Base 2.1, section 5.1.20. All controllers of the list, or none if one of them cannot be. */
final class NamespaceAttachmentCommand implements AdminCommandHandler {
    @Override
    public int execute(AdminRequest request, AdminContext controller) {
        int select = AdminCommand.select(request.cdw10());
        if (select != AdminCommand.SELECT_ATTACH && select != AdminCommand.SELECT_DETACH) {
            return CommandStatus.of(StatusCode.INVALID_FIELD, SubmissionEntry.CDW10);
        }
        int nsid = request.namespaceId();
        Optional<Namespace> named = controller.subsystem().namespace(nsid);
        if (named.isEmpty()) {
            return NamespaceIdentifier.refused(nsid);
        }
        MemorySegment list = controller.scratchPage();
        int copied = request.fromHost(list);
        if (copied != CommandStatus.SUCCESS) {
            return copied;
        }
        if (!wellFormed(list)) {
            return CommandStatus.of(StatusCode.CONTROLLER_LIST_INVALID, SubmissionEntry.PRP1);
        }
        List<Integer> ids = ControllerList.read(list);
        NvmSubsystem subsystem = controller.subsystem();
        CompletableFuture<AttachmentOutcome> outcome = select == AdminCommand.SELECT_ATTACH
                ? subsystem.attach(named.get(), ids)
                : subsystem.detach(named.get(), ids);
        return controller.inBackground(AdminContext.after(
                outcome,
                failure -> failure == null
                        ? status(outcome.resultNow(), nsid)
                        : CommandStatus.of(StatusCode.INTERNAL_ERROR)));
    }

    /** Whether the list names at least one controller, none twice, and not more than it has room for. */
    private static boolean wellFormed(MemorySegment list) {
        int count = ControllerList.count(list);
        return count > 0
                && count <= ControllerList.MAXIMUM_ENTRIES
                && new TreeSet<>(ControllerList.read(list)).size() == count;
    }

    private static int status(AttachmentOutcome outcome, int nsid) {
        return switch (outcome) {
            case DONE -> CommandStatus.SUCCESS;
            case NAMESPACE_GONE -> NamespaceIdentifier.refused(nsid);
            case CONTROLLER_UNKNOWN -> CommandStatus.of(StatusCode.CONTROLLER_LIST_INVALID, SubmissionEntry.PRP1);
            case ALREADY_ATTACHED -> CommandStatus.of(StatusCode.NAMESPACE_ALREADY_ATTACHED, SubmissionEntry.PRP1);
            case NOT_ATTACHED -> CommandStatus.of(StatusCode.NAMESPACE_NOT_ATTACHED, SubmissionEntry.PRP1);
            case PRIVATE -> CommandStatus.of(StatusCode.NAMESPACE_IS_PRIVATE, SubmissionEntry.PRP1);
        };
    }
}
