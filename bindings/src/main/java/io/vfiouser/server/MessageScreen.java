package io.vfiouser.server;

import io.vfiouser.abi.AbiLevel;
import java.util.Optional;

/**
 * Keeps messages from the library that no correct client sends and that it does not survive. The client that sent one is
 * disconnected. The faults, read in the library's sources:
 *
 * <ul>
 *   <li>Level 0.1: a write to the migration region's {@code device_state} indexes a table of eight names before it is validated.
 *   <li>Level 0.1: {@code start + count} of SET_IRQS is checked in 32 bits and wraps; what follows closes descriptors by
 *       numbers found behind the end of an array.
 *   <li>From 0.2 on: the migration state 8 is let through to tables of eight rows.
 * </ul>
 */
final class MessageScreen {
    private static final int MIGRATION_REGION = 9;
    private static final long DEVICE_STATES = 8;
    private static final long MOST_VECTORS = 1 << 16;

    private final boolean registerMigration;

    MessageScreen(AbiLevel level) {
        registerMigration = level.migrationVersion() == 1;
    }

    /** What is wrong with a message, if it must not reach the library. */
    Optional<String> refusal(WireMessage message) {
        return switch (message.command()) {
            case WireMessage.SET_IRQS ->
                message.irqCount() > MOST_VECTORS || message.irqStart() > MOST_VECTORS
                        ? Optional.of(
                                "SET_IRQS for vectors from " + message.irqStart() + ", count " + message.irqCount())
                        : Optional.empty();
            case WireMessage.REGION_WRITE ->
                registerMigration
                                && message.regionIndex() == MIGRATION_REGION
                                && message.regionOffset() == 0
                                && message.regionCount() == Integer.BYTES
                                && message.regionData32() >= DEVICE_STATES
                        ? Optional.of("device_state 0x" + Long.toHexString(message.regionData32()))
                        : Optional.empty();
            case WireMessage.DEVICE_FEATURE ->
                message.setsMigrationState() && message.migrationState() >= DEVICE_STATES
                        ? Optional.of("migration state " + message.migrationState())
                        : Optional.empty();
            default -> Optional.empty();
        };
    }
}
