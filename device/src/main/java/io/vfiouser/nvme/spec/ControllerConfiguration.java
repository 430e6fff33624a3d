package io.vfiouser.nvme.spec;

/** Bit fields of CC, Controller Configuration. Base 2.1, section 3.1.4.5. */
public final class ControllerConfiguration {
    /** Enable. */
    public static final int EN = 1;
    /** CSS value: NVM command set. */
    public static final int CSS_NVM = 0b000;
    /** CSS value: all I/O command sets that the profile in use names. */
    public static final int CSS_ALL_SUPPORTED = 0b110;
    /** CSS value: admin command set only. */
    public static final int CSS_ADMIN_ONLY = 0b111;
    /** SHN value: no shutdown. */
    public static final int SHN_NONE = 0b00;
    /** SHN value: normal shutdown. */
    public static final int SHN_NORMAL = 0b01;
    /** SHN value: abrupt shutdown. */
    public static final int SHN_ABRUPT = 0b10;
    /** Controller Ready Independent of Media Enable. */
    public static final int CRIME = 1 << 24;
    /** Bits that mean something; all others are reserved and read as zero. */
    public static final int DEFINED_BITS = 0x01FF_FFF1;

    /** CC as a host sets it for the NVM command set: 4 KiB pages, 64-byte and 16-byte entries, round robin. */
    public static final int USUAL = 6 << 16 | 4 << 20;

    private ControllerConfiguration() {}

    public static boolean enabled(int cc) {
        return (cc & EN) != 0;
    }

    public static int commandSet(int cc) {
        return cc >>> 4 & 0x7;
    }

    /** Binary logarithm of the memory page in bytes. */
    public static int pageShift(int cc) {
        return 12 + (cc >>> 7 & 0xF);
    }

    /** Arbitration mechanism selected; 0 is round robin. */
    public static int arbitration(int cc) {
        return cc >>> 11 & 0x7;
    }

    /** One of the {@code SHN_} values. */
    public static int shutdown(int cc) {
        return cc >>> 14 & 0x3;
    }

    public static int withShutdown(int cc, int shn) {
        return (cc & ~(0x3 << 14)) | shn << 14;
    }

    /** Binary logarithm of an I/O submission queue entry in bytes; 6 is the only value the NVM command set has. */
    public static int submissionEntryShift(int cc) {
        return cc >>> 16 & 0xF;
    }

    /** Binary logarithm of an I/O completion queue entry in bytes; 4 is the only value the NVM command set has. */
    public static int completionEntryShift(int cc) {
        return cc >>> 20 & 0xF;
    }
}
