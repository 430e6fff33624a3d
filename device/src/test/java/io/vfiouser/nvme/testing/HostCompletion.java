package io.vfiouser.nvme.testing;

import io.vfiouser.nvme.spec.StatusCode;

/** A completion as a host saw it. */
public record HostCompletion(int commandId, int queueId, int submissionHead, int statusField, long result) {
    public StatusCode status() {
        return StatusCode.of(statusField)
                .orElseThrow(() -> new AssertionError("unknown status " + StatusCode.describe(statusField)));
    }

    public HostCompletion orThrow() {
        if (status() != StatusCode.SUCCESS) {
            throw new AssertionError("command failed: " + StatusCode.describe(statusField));
        }
        return this;
    }
}
