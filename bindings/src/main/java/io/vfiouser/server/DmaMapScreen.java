package io.vfiouser.server;

import io.vfiouser.os.Fd;
import io.vfiouser.os.Mapping;
import io.vfiouser.os.Protection;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Judges the memory a client wants to share at level 0.1, for {@link MessageScreen}. The library's faults there:
 *
 * <ul>
 *   <li>It closes a descriptor twice that it cannot map. Between the two the number may have become another file of this process:
 *       another device's connection, or its disk.
 *   <li>It keeps a descriptor each time the very same region is mapped again.
 * </ul>
 */
final class DmaMapScreen {
    private final Supplier<List<DmaRegion>> regions;

    /** The descriptors that came with a message, opened a second time; whoever asks closes them. */
    @FunctionalInterface
    interface Descriptors {
        List<Fd> open();
    }

    DmaMapScreen(Supplier<List<DmaRegion>> regions) {
        this.regions = regions;
    }

    /** Why a DMA_MAP must not reach the library. */
    Optional<String> refusal(WireMessage message, Descriptors descriptors) {
        List<Fd> copies = descriptors.open();
        try {
            if (copies.isEmpty()) {
                return Optional.empty();
            }
            String region = "DMA region 0x" + Long.toHexString(message.dmaAddress()) + " of 0x"
                    + Long.toHexString(message.dmaLengthBytes()) + " bytes";
            if (regions.get().stream()
                    .anyMatch(known -> known.covers(message.dmaAddress(), message.dmaLengthBytes()))) {
                return Optional.of(region + " is mapped already");
            }
            Protection protection = Protection.ofBits(message.dmaProtection());
            boolean possible = Mapping.isPossible(
                    copies.getFirst(), message.dmaFileOffset(), message.dmaLengthBytes(), protection);
            return possible ? Optional.empty() : Optional.of(region + " has a descriptor that cannot be mapped");
        } finally {
            copies.forEach(Fd::close);
        }
    }
}
