package io.vfiouser.nvme.driver;

import io.vfiouser.nvme.spec.StatusCode;

/**
 * How a command ended. Base 2.1, section 4.2.
 *
 * @param dw0 command specific dword 0
 * @param dw1 command specific dword 1
 * @param statusField status without the phase tag, as {@link StatusCode#field()} has it; 0 is success
 */
public record NvmeCompletion(int dw0, int dw1, int statusField) {

    public boolean successful() {
        return (statusField & 0x7FF) == 0;
    }

    /** Status Code Type. */
    public int statusCodeType() {
        return statusField >>> 8 & 0x7;
    }

    /** Status Code. */
    public int statusCode() {
        return statusField & 0xFF;
    }

    /** Whether the controller says that the same command would fail again. */
    public boolean doNotRetry() {
        return (statusField & StatusCode.DNR) != 0;
    }

    /** Whether the status is this one, whatever its DNR and M bits. */
    public boolean is(StatusCode status) {
        return (statusField & 0x7FF) == (status.field() & 0x7FF);
    }

    /** One line for people. */
    public String describe() {
        return StatusCode.describe(statusField);
    }
}
