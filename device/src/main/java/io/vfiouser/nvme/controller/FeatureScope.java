package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;

/** Whether NSID fits the scope of a feature. Base 2.1, section 4.4 and figure "Set Features, status values". */
final class FeatureScope {
    private FeatureScope() {}

    static int check(int feature, AdminRequest request, AdminContext controller, boolean get) {
        int nsid = request.namespaceId();
        boolean all = nsid == SubmissionEntry.NSID_ALL;
        boolean exists = controller.namespace(nsid) != null;
        if (Features.namespaceSpecific(feature)) {
            boolean fits = exists || (all && !get);
            return fits
                    ? CommandStatus.SUCCESS
                    : CommandStatus.of(StatusCode.INVALID_NAMESPACE_OR_FORMAT, SubmissionEntry.NSID);
        }
        if (nsid == 0 || all || get) {
            return CommandStatus.SUCCESS;
        }
        return exists
                ? CommandStatus.of(StatusCode.FEATURE_NOT_NAMESPACE_SPECIFIC, SubmissionEntry.NSID)
                : CommandStatus.of(StatusCode.INVALID_NAMESPACE_OR_FORMAT, SubmissionEntry.NSID);
    }
}
