package io.vfiouser.server;

/**
 * One bit field of a PCI capability: which bits it has, counted from the first byte of the capability.
 *
 * <p>All PCI configuration fields are little-endian, so bit {@code n} of a field that starts at byte {@code b} is bit
 * {@code n % 8} of byte {@code b + n / 8}.
 *
 * @param name the field's path as libvfio-user's C headers name it ({@code mxc.ts}); only used in messages and tests
 * @param byteOffset the first byte of the register that holds the field
 * @param bitOffset the field's lowest bit within that register
 * @param widthBits how many bits the field has, 1 to 32
 */
record CapabilityField(String name, int byteOffset, int bitOffset, int widthBits) {
    /** Offset of the byte that holds the lowest bit. */
    private int firstByte() {
        return byteOffset + bitOffset / Byte.SIZE;
    }

    /** The largest value the field holds. */
    long maximum() {
        return (1L << widthBits) - 1;
    }

    /**
     * Stores a value, leaving the bits of other fields as they are.
     *
     * @throws IllegalArgumentException if the value does not fit
     */
    void put(byte[] capability, long value) {
        if (value < 0 || value > maximum()) {
            throw new IllegalArgumentException(name + " has " + widthBits + " bits and cannot hold " + value);
        }
        int shift = bitOffset % Byte.SIZE;
        long mask = maximum() << shift;
        long bits = value << shift;
        for (int at = firstByte(); mask != 0; at++) {
            capability[at] = (byte) ((capability[at] & ~mask) | (bits & mask));
            mask >>>= Byte.SIZE;
            bits >>>= Byte.SIZE;
        }
    }

    void put(byte[] capability, boolean value) {
        put(capability, value ? 1 : 0);
    }

    /** Reads the value. */
    long get(byte[] capability) {
        int shift = bitOffset % Byte.SIZE;
        int bytes = (shift + widthBits + Byte.SIZE - 1) / Byte.SIZE;
        long bits = 0;
        for (int i = bytes - 1; i >= 0; i--) {
            bits = (bits << Byte.SIZE) | Byte.toUnsignedLong(capability[firstByte() + i]);
        }
        return (bits >>> shift) & maximum();
    }
}
