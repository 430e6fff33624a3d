package io.vfiouser.nvme.spec;

/** Offsets of the Firmware Slot Information log page, 512 bytes. Base 2.1, section 5.1.12.1.4. */
public final class FirmwareSlotLog {
    public static final int LENGTH_BYTES = 512;
    /** Active Firmware Info, u8: active slot 2:0, slot at the next reset 6:4. */
    public static final int AFI = 0;
    /** Firmware Revision of slot 1, 8 ASCII bytes; slots 2 to 7 follow. */
    public static final int FRS1 = 8;

    private FirmwareSlotLog() {}
}
