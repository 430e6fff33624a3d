package io.vfiouser.nvme.spec;

/** Bit fields of CAP, Controller Capabilities. Base 2.1, section 3.1.4.1. */
public final class ControllerCapabilities {
    /** Contiguous queues required. */
    public static final long CQR = 1L << 16;
    /** NVM subsystem reset supported. */
    public static final long NSSRS = 1L << 36;
    /** The NVM command set is supported (bit 0 of CSS). */
    public static final long CSS_NVM = 1L << 37;
    /** One or more I/O command sets chosen by Identify are supported (bit 6 of CSS). */
    public static final long CSS_IO_COMMAND_SETS = 1L << 43;
    /** Controller ready with media mode supported (CRMS bit 0). */
    public static final long CRMS_WITH_MEDIA = 1L << 59;
    /** Controller ready independent of media mode supported (CRMS bit 1). */
    public static final long CRMS_INDEPENDENT_OF_MEDIA = 1L << 60;

    private static final int AMS_SHIFT = 17;
    private static final int TO_SHIFT = 24;
    private static final int DSTRD_SHIFT = 32;
    private static final int MPSMIN_SHIFT = 48;
    private static final int MPSMAX_SHIFT = 52;
    private static final int MINIMUM_PAGE_SHIFT = 12;
    /** Unit of CAP.TO and of both fields of CRTO, in milliseconds. */
    public static final int TIMEOUT_UNIT_MILLIS = 500;

    private ControllerCapabilities() {}

    /** MQES field for queues of up to {@code entries} entries (0's based). */
    public static long maximumQueueEntries(int entries) {
        return (entries - 1) & 0xFFFFL;
    }

    /** TO field: the worst time CSTS.RDY takes to follow CC.EN. */
    public static long timeoutMillis(int millis) {
        long units = Math.ceilDiv(millis, TIMEOUT_UNIT_MILLIS);
        return Math.min(units, 0xFF) << TO_SHIFT;
    }

    /** MPSMIN and MPSMAX fields; a shift of 12 is a page of 4 KiB. */
    public static long memoryPageShifts(int minimum, int maximum) {
        return (long) (minimum - MINIMUM_PAGE_SHIFT) << MPSMIN_SHIFT
                | (long) (maximum - MINIMUM_PAGE_SHIFT) << MPSMAX_SHIFT;
    }

    /** The largest queue, in entries. */
    public static int maximumQueueEntries(long cap) {
        return (int) (cap & 0xFFFF) + 1;
    }

    /** Arbitration mechanisms beside round robin: bit 0 weighted round robin with urgent, bit 1 vendor specific. */
    public static int arbitrationMechanisms(long cap) {
        return (int) (cap >>> AMS_SHIFT) & 0x3;
    }

    public static int timeoutMillis(long cap) {
        return ((int) (cap >>> TO_SHIFT) & 0xFF) * TIMEOUT_UNIT_MILLIS;
    }

    /** Bytes from one doorbell to the next. */
    public static int doorbellStrideBytes(long cap) {
        return 4 << ((int) (cap >>> DSTRD_SHIFT) & 0xF);
    }

    /** Binary logarithm of the smallest memory page in bytes. */
    public static int minimumPageShift(long cap) {
        return MINIMUM_PAGE_SHIFT + ((int) (cap >>> MPSMIN_SHIFT) & 0xF);
    }

    /** Binary logarithm of the largest memory page in bytes. */
    public static int maximumPageShift(long cap) {
        return MINIMUM_PAGE_SHIFT + ((int) (cap >>> MPSMAX_SHIFT) & 0xF);
    }
}
