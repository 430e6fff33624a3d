package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.spec.AdminCommand;
import io.vfiouser.nvme.spec.ErrorLogEntry;
import io.vfiouser.nvme.spec.LogPageId;
import io.vfiouser.nvme.spec.SubmissionEntry;
import io.vfiouser.nvme.testing.NvmeHost;

/** What tests want to know of the Error Information log. */
final class ErrorLogs {
    private static final int BIT_SHIFT = 8;

    private ErrorLogs() {}

    /** The entry of the last error, as the host reads it. */
    static ErrorLogEntry newest(NvmeHost host) {
        long page = host.allocate(1);
        host.admin()
                .execute((sq, at, cid) -> AdminCommand.getLogPage(
                        sq,
                        at,
                        cid,
                        SubmissionEntry.NSID_ALL,
                        LogPageId.ERROR_INFORMATION,
                        ErrorLogEntry.LENGTH_BYTES,
                        false,
                        page,
                        0))
                .orThrow();
        return ErrorLogEntry.read(host.memory(), host.at(page));
    }

    static int newestLocation(NvmeHost host) {
        return newest(host).parameterErrorLocation();
    }

    /** A parameter error location. */
    static int location(int byteInCommand, int bit) {
        return byteInCommand | bit << BIT_SHIFT;
    }
}
