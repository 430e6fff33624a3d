package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.spec.FormatNvm;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import io.vfiouser.nvme.subsystem.Namespace;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Format NVM. Base 2.1, section 5.1.10; NVM Command Set 1.1, section 4.1.1. Changes the format of one namespace, or of all that are attached
 * to this controller, as Identify Controller's FNA announces; afterwards all blocks are zero, with or without secure erase. The subsystem
 * does the work, so that it goes on whatever becomes of this controller.
 */
final class FormatNvmCommand implements AdminCommandHandler {
    private static final int MSET_BIT = 4;
    private static final int PI_BIT = 5;
    /** SES starts in the second byte of CDW10. */
    private static final int SES_BIT = 1;

    @Override
    public int execute(AdminRequest request, AdminContext controller) {
        int cdw10 = request.cdw10();
        FormatNvm format = FormatNvm.of(cdw10);
        if (format.secureErase() > FormatNvm.SES_USER_DATA) {
            return CommandStatus.of(StatusCode.INVALID_FIELD, SubmissionEntry.CDW10 + 1, SES_BIT);
        }
        int nsid = request.namespaceId();
        List<Namespace> namespaces;
        if (nsid == SubmissionEntry.NSID_ALL) {
            namespaces = controller.namespaces();
        } else {
            Namespace named = controller.namespace(nsid);
            if (named == null) {
                return NamespaceIdentifier.refused(nsid);
            }
            namespaces = List.of(named);
        }
        if (format.metadataExtended()) {
            return CommandStatus.of(StatusCode.INVALID_FORMAT, SubmissionEntry.CDW10, MSET_BIT);
        }
        if (format.protectionInformation() != 0) {
            return CommandStatus.of(StatusCode.INVALID_FORMAT, SubmissionEntry.CDW10, PI_BIT);
        }
        for (Namespace namespace : namespaces) {
            if (!namespace.canHave(format.formatIndex())) {
                return CommandStatus.of(StatusCode.INVALID_FORMAT, SubmissionEntry.CDW10);
            }
        }
        Optional<CompletableFuture<Void>> begun = controller.subsystem().format(namespaces, format.formatIndex());
        if (begun.isEmpty()) {
            return CommandStatus.of(StatusCode.FORMAT_IN_PROGRESS, SubmissionEntry.NSID);
        }
        return controller.inBackground(AdminContext.after(
                begun.get(),
                failure -> failure == null ? CommandStatus.SUCCESS : CommandStatus.of(StatusCode.INTERNAL_ERROR)));
    }
}
