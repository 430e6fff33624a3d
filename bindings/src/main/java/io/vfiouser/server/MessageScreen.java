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
 *   <li>Level 0.1: see {@link DmaMapScreen}.
 *   <li>From 0.2 on: see {@link FeatureScreen}.
 *   <li>Every level: a write of configuration space that begins in a capability and ends behind it is copied past the end of a structure
 *       on the stack (MSI, MSI-X) or over the next capability.
 * </ul>
 */
final class MessageScreen {
    private static final int CONFIG_REGION = RegionIndex.CONFIG.index();
    private static final long DEVICE_STATES = 8;
    private static final long MOST_VECTORS = 1 << 16;

    /** Finds what is wrong with writes of configuration space. */
    @FunctionalInterface
    interface ConfigSpace {
        /** Whether the library would write past the end of a capability. */
        boolean crossesCapability(long offset, long lengthBytes);
    }

    private final ConfigSpace configSpace;
    private final DmaMapScreen maps;
    private final FeatureScreen features = new FeatureScreen();
    private final boolean old;

    MessageScreen(AbiLevel level, ConfigSpace configSpace, DmaMapScreen maps) {
        old = level == AbiLevel.V0_1;
        this.configSpace = configSpace;
        this.maps = maps;
    }

    /** Whether more of a message has to be seen before it can be judged. */
    boolean needsMore(WireMessage message) {
        return message.isTooShortToJudge() || (old && message.command() == WireMessage.DMA_MAP && message.isCut());
    }

    /**
     * What is wrong with a message, if it must not reach the library.
     *
     * @param descriptors those that came with it
     */
    Optional<String> refusal(WireMessage message, DmaMapScreen.Descriptors descriptors) {
        features.next();
        return switch (message.command()) {
            case WireMessage.SET_IRQS ->
                message.irqCount() > MOST_VECTORS || message.irqStart() > MOST_VECTORS
                        ? Optional.of(
                                "SET_IRQS for vectors from " + message.irqStart() + ", count " + message.irqCount())
                        : Optional.empty();
            case WireMessage.REGION_WRITE -> refusedWrite(message);
            case WireMessage.DMA_MAP -> old ? maps.refusal(message, descriptors) : Optional.empty();
            case WireMessage.DEVICE_FEATURE, WireMessage.MIG_DATA_READ ->
                old ? Optional.empty() : features.refusal(message);
            default -> Optional.empty();
        };
    }

    /** The device did not pause for the message, so the library did not serve it. */
    void notServed() {
        features.notServed();
    }

    /** The library's context was replaced by a new one. */
    void renewed() {
        features.renewed();
    }

    private Optional<String> refusedWrite(WireMessage message) {
        long offset = message.regionOffset();
        if (message.regionIndex() == CONFIG_REGION && configSpace.crossesCapability(offset, message.regionCount())) {
            return Optional.of("a write of " + message.regionCount() + " bytes across the end of the capability at 0x"
                    + Long.toHexString(offset) + " of configuration space");
        }
        boolean wild = old
                && message.regionIndex() == WireMessage.MIGRATION_REGION
                && offset == 0
                && message.regionCount() == Integer.BYTES
                && message.regionData32() >= DEVICE_STATES;
        return wild ? Optional.of("device_state 0x" + Long.toHexString(message.regionData32())) : Optional.empty();
    }
}
