package io.vfiouser.client;

import java.lang.foreign.MemorySegment;

/**
 * Moving a device's state out of one server and into another, over whichever of the two protocols the server speaks. The same
 * thread as its {@link VfioUserClient}, which it lives as long as.
 *
 * <p>Source: {@link MigrationState#PRE_COPY} if wanted, {@link MigrationState#STOP_COPY}, {@link #read} until it returns 0.
 * Destination: {@link MigrationState#RESUMING}, {@link #write} everything in the order it was read, then {@link
 * MigrationState#RUNNING}. How much a server may send, and how long, is for the caller to limit: nothing says it ever ends.
 */
public sealed interface MigrationClient permits RegisterMigration, FeatureMigration {
    /** The way the state travels. */
    enum Protocol {
        /** Registers and data in a region: libvfio-user up to its 0.1. */
        REGISTERS,
        /** Messages of their own: libvfio-user since its 0.2. */
        MESSAGES
    }

    /** Which way it is. */
    Protocol protocol();

    /** Whether the device says that its state can be read while it runs. */
    boolean preCopy();

    /** Asks for the state. */
    MigrationState state();

    /**
     * Asks the device to change its state, and returns when it has. Nothing happens if it is in that state already.
     *
     * <p>Over {@link Protocol#MESSAGES} the server goes through states in between where it has to. Over {@link
     * Protocol#REGISTERS} only single steps are possible, and not all of them: RESUMING leads to RUNNING only, STOP to RUNNING
     * only.
     *
     * @throws VfioUserErrorReply if the device cannot go there; {@link #state} tells where it is then
     */
    void setState(MigrationState state);

    /**
     * Reads a piece of the state.
     *
     * <p>Over {@link Protocol#REGISTERS} the server decides how long pieces are; one that does not fit is handed out in parts,
     * which a server need not support. {@link VfioUserClient#capabilities()}{@code .maxDataTransferBytes()} is a good size.
     *
     * @param into filled from its beginning
     * @return how many bytes there were. In STOP_COPY, 0 is the end, and so is fewer than there was room for over {@link
     *     Protocol#MESSAGES}. In PRE_COPY, 0 only says that there is nothing more for now; over {@link Protocol#REGISTERS} a
     *     server may say so until the next change of state
     */
    int read(MemorySegment into);

    /**
     * Writes a piece of the state. What one {@link #read} returned is best written by one call: over {@link Protocol#REGISTERS}
     * a server may insist on it.
     */
    void write(MemorySegment from);
}
