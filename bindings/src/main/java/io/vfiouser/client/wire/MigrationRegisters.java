package io.vfiouser.client.wire;

/**
 * Migration in protocol 0.1: registers at the beginning of a region, then data (specification 0.1, "VFIO Device Migration
 * Info").
 */
public final class MigrationRegisters {
    /** The region they are in. */
    public static final int REGION = 9;

    /** 4 bytes: the state's bits. */
    public static final long DEVICE_STATE = 0;

    /** 8 bytes: how much is left to read. */
    public static final long PENDING_BYTES = 8;

    /** 8 bytes: where in the region the data are, or go. Reading it has the server prepare them. */
    public static final long DATA_OFFSET = 16;

    /** 8 bytes: how much there is, or was written. */
    public static final long DATA_SIZE = 24;

    /** How long the registers are. */
    public static final long BYTES = 32;

    /** A bit of the state. */
    public static final int RUNNING = 1;

    /** A bit of the state. */
    public static final int SAVING = 1 << 1;

    /** A bit of the state. */
    public static final int RESUMING = 1 << 2;

    private MigrationRegisters() {}
}
