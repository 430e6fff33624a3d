package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import io.vfiouser.nvme.subsystem.Namespace;
import java.util.List;

/** Whether NSID fits the scope of a feature. Base 2.1, section 4.4 and figure "Set Features, status values". */
final class FeatureScope {
    private static final List<Integer> CONTROLLER = List.of(0);

    private FeatureScope() {}

    static int check(Feature feature, AdminRequest request, AdminContext controller, boolean get) {
        int nsid = request.namespaceId();
        boolean all = nsid == SubmissionEntry.NSID_ALL;
        boolean exists = controller.namespace(nsid) != null;
        if (feature.namespaceSpecific()) {
            boolean fits = exists || (all && !get);
            return fits ? CommandStatus.SUCCESS : NamespaceIdentifier.refused(nsid);
        }
        if (nsid == 0 || all || get) {
            return CommandStatus.SUCCESS;
        }
        return exists
                ? CommandStatus.of(StatusCode.FEATURE_NOT_NAMESPACE_SPECIFIC, SubmissionEntry.NSID)
                : NamespaceIdentifier.refused(nsid);
    }

    /** Whose values a command that passed {@link #check} means; 0 stands for the controller. */
    static List<Integer> namespaces(Feature feature, AdminRequest request, AdminContext controller) {
        if (!feature.namespaceSpecific()) {
            return CONTROLLER;
        }
        return request.namespaceId() == SubmissionEntry.NSID_ALL
                ? controller.namespaces().stream().map(Namespace::id).toList()
                : List.of(request.namespaceId());
    }
}
