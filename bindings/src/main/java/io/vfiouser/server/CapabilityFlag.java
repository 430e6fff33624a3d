package io.vfiouser.server;

/** How accesses to a capability are handled. */
public enum CapabilityFlag {
    /** Accesses go to the callback of the configuration space, which must have one. */
    CALLBACK(1 << 1),
    /** Clients cannot write it; they get EPERM. */
    READ_ONLY(1 << 2);

    private final int bit;

    CapabilityFlag(int bit) {
        this.bit = bit;
    }

    /** The library's bit for it. */
    int bit() {
        return bit;
    }
}
