package io.vfiouser.server;

import java.util.Set;

/**
 * A capability and where it goes.
 *
 * @param capability what
 * @param position offset in configuration space, or 0 for the next free place
 * @param flags how it is handled
 */
record CapabilityPlacement(PciCapability capability, int position, Set<CapabilityFlag> flags) {
    private static final int EXTENDED = 1;

    CapabilityPlacement {
        flags = Set.copyOf(flags);
        if (position < 0 || position % Integer.BYTES != 0) {
            // The library asserts it, which would end the JVM.
            throw new IllegalArgumentException("capabilities start at multiples of 4, not at " + position);
        }
    }

    /** The library's bit set. */
    int flagBits() {
        int bits = capability.extended() ? EXTENDED : 0;
        for (CapabilityFlag flag : flags) {
            bits |= flag.bit();
        }
        return bits;
    }
}
