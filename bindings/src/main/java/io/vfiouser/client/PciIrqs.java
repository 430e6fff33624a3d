package io.vfiouser.client;

/** The numbers of a PCI device's kinds of interrupts. */
public final class PciIrqs {
    /** The interrupt line. */
    public static final int INTX = 0;

    /** Message signalled interrupts. */
    public static final int MSI = 1;

    /** Extended message signalled interrupts. */
    public static final int MSIX = 2;

    /** Notice of an uncorrectable error. */
    public static final int ERR = 3;

    /** The server asks to give the device back. */
    public static final int REQ = 4;

    private PciIrqs() {}
}
