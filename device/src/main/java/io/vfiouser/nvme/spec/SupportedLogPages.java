package io.vfiouser.nvme.spec;

/** The Supported Log Pages log page: a dword for each of 256 log pages. Base 2.1, section 5.1.12.1.1. */
public final class SupportedLogPages {
    /** Bytes of the log page. */
    public static final int LENGTH_BYTES = 1024;
    /** LID Supported. */
    public static final int LSUPP = 1;
    /** Index Offset Supported: CDW14.OT may be 1. */
    public static final int IOS = 1 << 1;

    private static final int SPECIFIC_SHIFT = 16;

    private SupportedLogPages() {}

    /** Offset of a log page's dword. */
    public static int of(int logPage) {
        return logPage * 4;
    }

    /** The LID Specific Parameter field, 16 bits, in its place. */
    public static int specific(int parameter) {
        return parameter << SPECIFIC_SHIFT;
    }
}
