package io.vfiouser.nvme.spec;

/**
 * CDW10 of Format NVM: LBAFL 3:0, MSET 4, PI 7:5, PIL 8, SES 11:9, LBAFU 13:12. Base 2.1, section 5.1.10.
 *
 * @param formatIndex index of the LBA format, 0 to 63: LBAFU and LBAFL together
 * @param metadataExtended MSET: metadata is transferred as part of an extended data block
 * @param protectionInformation PI: 0 none, 1 to 3 the type
 * @param protectionInformationFirst PIL: protection information is the first, not the last bytes of the metadata
 * @param secureErase SES: one of the {@code SES_} values; others are reserved
 */
public record FormatNvm(
        int formatIndex,
        boolean metadataExtended,
        int protectionInformation,
        boolean protectionInformationFirst,
        int secureErase) {
    /** No secure erase. */
    public static final int SES_NONE = 0;
    /** User data erase. */
    public static final int SES_USER_DATA = 1;
    /** Cryptographic erase. */
    public static final int SES_CRYPTOGRAPHIC = 2;

    /** Bits of CDW10 that are reserved. */
    public static final int RESERVED = ~0x3FFF;

    private static final int MSET = 1 << 4;
    private static final int PI_SHIFT = 5;
    private static final int PIL = 1 << 8;
    private static final int SES_SHIFT = 9;
    private static final int LBAFU_SHIFT = 12;

    public static FormatNvm of(int cdw10) {
        return new FormatNvm(
                (cdw10 & 0xF) | (cdw10 >>> LBAFU_SHIFT & 0x3) << 4,
                (cdw10 & MSET) != 0,
                cdw10 >>> PI_SHIFT & 0x7,
                (cdw10 & PIL) != 0,
                cdw10 >>> SES_SHIFT & 0x7);
    }

    /** To a format without metadata. */
    public static FormatNvm to(int formatIndex, int secureErase) {
        return new FormatNvm(formatIndex, false, 0, false, secureErase);
    }

    public int cdw10() {
        return (formatIndex & 0xF)
                | (metadataExtended ? MSET : 0)
                | protectionInformation << PI_SHIFT
                | (protectionInformationFirst ? PIL : 0)
                | secureErase << SES_SHIFT
                | formatIndex >>> 4 << LBAFU_SHIFT;
    }
}
