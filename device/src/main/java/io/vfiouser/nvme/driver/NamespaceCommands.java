package io.vfiouser.nvme.driver;

import io.vfiouser.nvme.spec.AdminCommand;
import io.vfiouser.nvme.spec.AdminOpcode;
import io.vfiouser.nvme.spec.ControllerList;
import io.vfiouser.nvme.spec.FormatNvm;
import io.vfiouser.nvme.spec.IdentifyCns;
import io.vfiouser.nvme.spec.NamespaceManagementData;
import java.util.List;

/**
 * Admin commands that make, remove, attach and format namespaces. Where a command has data it is written into the buffer that is given,
 * of at least 4096 bytes, which must stay as it is until the command has ended.
 */
public final class NamespaceCommands {

    private NamespaceCommands() {}

    /** Namespace Management, create, NVM command set. Base 2.1, section 5.1.21. DW0 of the completion is the NSID. */
    public static NvmeCommand create(NamespaceManagementData wanted, DmaBuffer from) {
        wanted.write(from.segment(), 0);
        from.written(0, NamespaceManagementData.LENGTH_BYTES);
        return NvmeCommand.admin(AdminOpcode.NAMESPACE_MANAGEMENT)
                .cdw10(AdminCommand.SELECT_CREATE)
                .cdw11(AdminCommand.identifyCdw11(0, IdentifyCns.CSI_NVM))
                .data(from, 0, NamespaceManagementData.LENGTH_BYTES);
    }

    /** Namespace Management, delete; FFFFFFFFh names all. */
    public static NvmeCommand delete(int namespaceId) {
        return NvmeCommand.admin(AdminOpcode.NAMESPACE_MANAGEMENT)
                .namespaceId(namespaceId)
                .cdw10(AdminCommand.SELECT_DELETE);
    }

    /** Namespace Attachment, attach. Base 2.1, section 5.1.20. */
    public static NvmeCommand attach(int namespaceId, List<Integer> controllerIds, DmaBuffer from) {
        return attachment(AdminCommand.SELECT_ATTACH, namespaceId, controllerIds, from);
    }

    /** Namespace Attachment, detach. */
    public static NvmeCommand detach(int namespaceId, List<Integer> controllerIds, DmaBuffer from) {
        return attachment(AdminCommand.SELECT_DETACH, namespaceId, controllerIds, from);
    }

    /** Format NVM. Base 2.1, section 5.1.10; FFFFFFFFh names all. */
    public static NvmeCommand format(int namespaceId, FormatNvm format) {
        return NvmeCommand.admin(AdminOpcode.FORMAT_NVM)
                .namespaceId(namespaceId)
                .cdw10(format.cdw10());
    }

    private static NvmeCommand attachment(int select, int namespaceId, List<Integer> controllerIds, DmaBuffer from) {
        ControllerList.write(from.segment(), controllerIds);
        from.written(0, ControllerList.LENGTH_BYTES);
        return NvmeCommand.admin(AdminOpcode.NAMESPACE_ATTACHMENT)
                .namespaceId(namespaceId)
                .cdw10(select)
                .data(from, 0, ControllerList.LENGTH_BYTES);
    }
}
