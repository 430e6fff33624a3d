package io.vfiouser.server;

/** Why a device is reset. */
public enum ResetReason {
    /** The client asked for it, for instance as its machine reboots. */
    DEVICE(0),
    /** The client went away, or the context is being destroyed. The next client finds a device just switched on. */
    LOST_CONNECTION(1),
    /** The guest initiated a function level reset through the PCI Express capability. */
    PCI_FLR(2);

    private final int code;

    ResetReason(int code) {
        this.code = code;
    }

    /**
     * The reason of the library's number ({@code vfu_reset_type_t}).
     *
     * @throws IllegalArgumentException if there is none
     */
    static ResetReason of(int code) {
        for (ResetReason reason : values()) {
            if (reason.code == code) {
                return reason;
            }
        }
        throw new IllegalArgumentException("unknown reset type " + code);
    }
}
