package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.spec.AdminCommand;
import io.vfiouser.nvme.spec.ControllerList;
import io.vfiouser.nvme.spec.NamespaceList;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import io.vfiouser.nvme.subsystem.Namespace;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/** Lists of namespaces and of controllers (CNS 02h, 07h, 10h, 12h, 13h, 1Ah). Base 2.1, section 5.1.13.2. The data starts zeroed. */
final class IdentifyLists {
    private IdentifyLists() {}

    /** The namespaces with greater identifiers than the command's NSID. */
    static int namespaces(MemorySegment data, AdminRequest request, List<Namespace> namespaces) {
        // Unsigned: FFFFFFFEh and FFFFFFFFh leave no NSID above them.
        if (Integer.compareUnsigned(request.namespaceId(), SubmissionEntry.NSID_ALL - 1) >= 0) {
            return CommandStatus.of(StatusCode.INVALID_NAMESPACE_OR_FORMAT, SubmissionEntry.NSID);
        }
        int index = 0;
        for (Namespace namespace : namespaces) {
            if (Integer.compareUnsigned(namespace.id(), request.namespaceId()) > 0
                    && index < NamespaceList.MAXIMUM_ENTRIES) {
                NamespaceList.put(data, index++, namespace.id());
            }
        }
        return CommandStatus.SUCCESS;
    }

    /** The controllers that have the command's namespace, from CNTID on. */
    static int controllersWithNamespace(MemorySegment data, AdminRequest request, AdminContext controller) {
        int nsid = request.namespaceId();
        if (nsid == SubmissionEntry.NSID_ALL) {
            return CommandStatus.of(StatusCode.INVALID_FIELD, SubmissionEntry.NSID);
        }
        Optional<Namespace> named = controller.subsystem().namespace(nsid);
        if (named.isEmpty()) {
            return NamespaceIdentifier.refused(nsid);
        }
        return controllers(data, request, controller.subsystem().controllersWith(named.get()));
    }

    /** Those of these controllers that are not below CNTID. */
    static int controllers(MemorySegment data, AdminRequest request, List<Integer> all) {
        int first = AdminCommand.cntid(request.cdw10());
        ControllerList.write(
                data,
                all.stream()
                        .filter(id -> id >= first)
                        .limit(ControllerList.MAXIMUM_ENTRIES)
                        .toList());
        return CommandStatus.SUCCESS;
    }
}
