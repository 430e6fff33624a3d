package io.vfiouser.nvme.spec;

/** Bit fields of AQA, Admin Queue Attributes. Base 2.1, section 3.1.4.8. */
public final class AdminQueueAttributes {
    /** Smallest admin queue, in entries. */
    public static final int MINIMUM_ENTRIES = 2;
    /** Largest admin queue, in entries. */
    public static final int MAXIMUM_ENTRIES = 4096;
    /** Bits that mean something. */
    public static final int DEFINED_BITS = 0x0FFF_0FFF;

    private AdminQueueAttributes() {}

    public static int of(int submissionEntries, int completionEntries) {
        return submissionEntries - 1 | (completionEntries - 1) << 16;
    }

    public static int submissionEntries(int aqa) {
        return (aqa & 0xFFF) + 1;
    }

    public static int completionEntries(int aqa) {
        return (aqa >>> 16 & 0xFFF) + 1;
    }
}
