package io.vfiouser.nvme.spec;

/** Bit fields of CSTS, Controller Status. Base 2.1, section 3.1.4.6. */
public final class ControllerStatus {
    /** Ready. */
    public static final int RDY = 1;
    /** Controller Fatal Status. */
    public static final int CFS = 1 << 1;
    /** SHST value: no shutdown was requested. */
    public static final int SHST_NORMAL_OPERATION = 0b00;
    /** SHST value: shutdown in progress. */
    public static final int SHST_IN_PROGRESS = 0b01;
    /** SHST value: shutdown complete. */
    public static final int SHST_COMPLETE = 0b10;
    /** NVM Subsystem Reset Occurred; a host clears it by writing 1. */
    public static final int NSSRO = 1 << 4;
    /** Processing Paused. */
    public static final int PP = 1 << 5;
    /** Shutdown Type: set if the shutdown is one of the NVM subsystem. */
    public static final int ST = 1 << 6;

    private ControllerStatus() {}

    public static boolean ready(int csts) {
        return (csts & RDY) != 0;
    }

    public static boolean fatal(int csts) {
        return (csts & CFS) != 0;
    }

    /** One of the {@code SHST_} values. */
    public static int shutdown(int csts) {
        return csts >>> 2 & 0x3;
    }

    public static int withShutdown(int csts, int shst) {
        return (csts & ~(0x3 << 2)) | shst << 2;
    }
}
