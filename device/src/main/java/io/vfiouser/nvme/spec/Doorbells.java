package io.vfiouser.nvme.spec;

/**
 * Offsets of the doorbells in BAR0 for a stride of 4 bytes (CAP.DSTRD = 0). PCIe Transport 1.1, sections 3.1.2.1 and 3.1.2.2.
 * Bits 15:0 of a doorbell hold the new tail or head, bits 31:16 are reserved.
 */
public final class Doorbells {
    /** Bytes of one doorbell. */
    public static final int STRIDE_BYTES = 4;
    /** The bits of a doorbell that carry the tail or head. */
    public static final int VALUE_MASK = 0xFFFF;

    private Doorbells() {}

    /** BAR0 offset of Submission Queue {@code queueId} Tail Doorbell. */
    public static int submissionTail(int queueId) {
        return ControllerRegisters.DOORBELLS + 2 * queueId * STRIDE_BYTES;
    }

    /** BAR0 offset of Completion Queue {@code queueId} Head Doorbell. */
    public static int completionHead(int queueId) {
        return ControllerRegisters.DOORBELLS + (2 * queueId + 1) * STRIDE_BYTES;
    }

    /**
     * Whether a doorbell that moves from one value to another passes an event index, so that the register is to be written beside the
     * shadow doorbell: all modulo 2^16. Base 2.1, annex B.5.
     */
    public static boolean passes(int eventIndex, int before, int now) {
        return (now - eventIndex - 1 & VALUE_MASK) < (now - before & VALUE_MASK);
    }

    /** Bytes of the doorbells of {@code queuePairs} pairs, the admin queue's among them. */
    public static int lengthBytes(int queuePairs) {
        return 2 * queuePairs * STRIDE_BYTES;
    }
}
