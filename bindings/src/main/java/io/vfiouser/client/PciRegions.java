package io.vfiouser.client;

/** The numbers of a PCI device's regions. */
public final class PciRegions {
    /** Base address register 0; the others follow. */
    public static final int BAR0 = 0;

    public static final int BAR1 = 1;
    public static final int BAR2 = 2;
    public static final int BAR3 = 3;
    public static final int BAR4 = 4;
    public static final int BAR5 = 5;

    /** The expansion ROM. */
    public static final int ROM = 6;

    /** Config space. */
    public static final int CONFIG = 7;

    /** Legacy VGA. */
    public static final int VGA = 8;

    /** The migration registers of protocol 0.1. */
    public static final int MIGRATION = 9;

    private PciRegions() {}
}
