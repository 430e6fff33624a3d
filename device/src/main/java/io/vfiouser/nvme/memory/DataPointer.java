package io.vfiouser.nvme.memory;

import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;

/**
 * Resolves the data pointer of commands, whatever form it has: {@link PrpWalk} or {@link SglWalk}. Base 2.1, section 4.1.1, PSDT.
 * Allocates nothing after construction; used by one thread at a time.
 */
public final class DataPointer {
    private final PrpWalk prps = new PrpWalk();
    private final SglWalk sgls = new SglWalk();

    /**
     * Fills {@code buffer}, which it clears first, with the memory of one command.
     *
     * @param psdt PSDT of command dword 0, as it was read once
     * @param firstHalf first half of the data pointer
     * @param secondHalf second half of the data pointer
     * @param lengthBytes how many bytes the command transfers, at least 1
     * @param pageShift binary logarithm of the memory page (CC.MPS)
     * @return {@link StatusCode#SUCCESS}, or what the command fails with; {@link StatusCode#INVALID_FIELD} if PSDT has its reserved
     *     value. The buffer's content is then undefined.
     */
    public StatusCode resolve(
            RegionTable table,
            int psdt,
            long firstHalf,
            long secondHalf,
            long lengthBytes,
            int pageShift,
            Direction direction,
            GuestBuffer buffer) {
        return switch (psdt) {
            case SubmissionEntry.PSDT_PRP ->
                prps.resolve(table, firstHalf, secondHalf, lengthBytes, pageShift, direction, buffer);
            case SubmissionEntry.PSDT_SGL, SubmissionEntry.PSDT_SGL_METADATA_SGL ->
                sgls.resolve(table, firstHalf, secondHalf, lengthBytes, direction, buffer);
            default -> StatusCode.INVALID_FIELD;
        };
    }
}
