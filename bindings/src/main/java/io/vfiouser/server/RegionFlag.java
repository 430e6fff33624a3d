package io.vfiouser.server;

/** Properties of a region. */
public enum RegionFlag {
    /** Clients may read it. */
    READ(1),
    /** Clients may write it. */
    WRITE(1 << 1),
    /** It is memory; without this flag it is an I/O region. */
    MEMORY(1 << 2),
    /** Of the configuration space: the device's callback gets every access, the standard header's included. */
    ALWAYS_CALLBACK(1 << 3),
    /** A 64-bit BAR, which takes the next one too. Ignored at level 0.1, whose BARs are 32 bits wide. */
    BITS_64(1 << 4),
    /** A prefetchable BAR. Ignored at level 0.1. */
    PREFETCHABLE(1 << 5);

    private final int bit;

    RegionFlag(int bit) {
        this.bit = bit;
    }

    /** The library's bit for it. */
    int bit() {
        return bit;
    }
}
