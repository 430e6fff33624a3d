package io.vfiouser.server;

/**
 * Kinds of interrupts.
 *
 * <p>INTx, MSI and MSI-X share one set of event descriptors inside the library: vector {@code n} is whatever the client attached
 * last. {@link #ERR} and {@link #REQ} can be announced but never raised, since no function of the library triggers them; and at
 * level 0.1 attaching an event descriptor to ERR or REQ overwrites vector 0's. So a context announces neither, unless it is
 * told to and the level allows it.
 */
public enum IrqType {
    /** The pin interrupt. */
    INTX(0),
    /** Message signalled interrupts. */
    MSI(1),
    /** Extended message signalled interrupts. */
    MSIX(2),
    /** Error reporting of the host's bus driver. */
    ERR(3),
    /** Request to release the device. */
    REQ(4);

    private final int index;

    IrqType(int index) {
        this.index = index;
    }

    /** The number on the wire. */
    public int index() {
        return index;
    }

    /** Whether a device can raise interrupts of this kind. */
    public boolean raisable() {
        return compareTo(MSIX) <= 0;
    }
}
