package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.spec.AdminCommand;
import io.vfiouser.nvme.spec.IdentifyCns;
import io.vfiouser.nvme.spec.LogPageId;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import java.lang.foreign.MemorySegment;

/**
 * Get Log Page. Base 2.1, section 5.1.12. The pages are filled in {@link LogPages}. All are of the controller, so that no namespace is to
 * be named. What lies beyond a page's end reads as zeroes. LSP, LSI and UUID Index belong to no page that there is.
 */
final class GetLogPageCommand implements AdminCommandHandler {
    @Override
    public int execute(AdminRequest request, AdminContext controller) {
        int logPage = request.cdw10() & 0xFF;
        long lengthBytes = AdminCommand.logLengthBytes(request.cdw10(), request.cdw11());
        long offset = (request.cdw12() & 0xFFFF_FFFFL) | (long) request.cdw13() << 32;
        if (LogPages.length(logPage) == 0) {
            return CommandStatus.of(StatusCode.INVALID_LOG_PAGE, SubmissionEntry.CDW10);
        }
        boolean everywhere = request.namespaceId() == 0 || request.namespaceId() == SubmissionEntry.NSID_ALL;
        if (!everywhere) {
            return CommandStatus.of(StatusCode.INVALID_FIELD, SubmissionEntry.NSID);
        }
        if (logPage == LogPageId.COMMANDS_SUPPORTED_AND_EFFECTS
                && AdminCommand.csi(request.cdw14()) != IdentifyCns.CSI_NVM) {
            return CommandStatus.of(StatusCode.IO_COMMAND_SET_NOT_SUPPORTED, SubmissionEntry.CDW14 + 3);
        }
        if (AdminCommand.logOffsetIsIndex(request.cdw14())) {
            return CommandStatus.of(StatusCode.INVALID_FIELD, SubmissionEntry.CDW14 + 2, 7);
        }
        if ((offset & 0x3) != 0 || offset < 0 || offset > LogPages.length(logPage)) {
            return CommandStatus.of(StatusCode.INVALID_FIELD, SubmissionEntry.CDW12);
        }
        if (lengthBytes > controller.options().transferBytes()) {
            return CommandStatus.of(StatusCode.INVALID_FIELD, SubmissionEntry.CDW10 + 2);
        }
        MemorySegment page = controller.scratchPage();
        LogPages.fill(logPage, page, controller);
        int status = request.toHost(page.asSlice(offset, LogPages.length(logPage) - offset), lengthBytes);
        if (status == CommandStatus.SUCCESS && (request.cdw10() & AdminCommand.LOG_RETAIN_EVENT) == 0) {
            controller.logPageRead(logPage);
        }
        return status;
    }
}
