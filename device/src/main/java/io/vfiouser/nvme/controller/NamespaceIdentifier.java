package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import io.vfiouser.nvme.subsystem.NvmSubsystem;

/** What a command gets that names a namespace which is not attached. Base 2.1, section 3.2.1.2 and following. */
final class NamespaceIdentifier {
    private NamespaceIdentifier() {}

    /** Whether a namespace could have this NSID: 1 to Identify Controller's NN. */
    static boolean valid(int nsid) {
        return nsid > 0 && nsid <= NvmSubsystem.MAXIMUM_NAMESPACES;
    }

    /** The status for an NSID that is not active: an invalid one is an Invalid Namespace or Format, an inactive one an Invalid Field. */
    static int refused(int nsid) {
        return CommandStatus.of(
                valid(nsid) ? StatusCode.INVALID_FIELD : StatusCode.INVALID_NAMESPACE_OR_FORMAT, SubmissionEntry.NSID);
    }
}
