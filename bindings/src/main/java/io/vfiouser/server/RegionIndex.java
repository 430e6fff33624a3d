package io.vfiouser.server;

/** The regions of a PCI device, by the numbers vfio-user gives them. */
public enum RegionIndex {
    /** Base address register 0. */
    BAR0(0),
    /** Base address register 1. */
    BAR1(1),
    /** Base address register 2. */
    BAR2(2),
    /** Base address register 3. */
    BAR3(3),
    /** Base address register 4. */
    BAR4(4),
    /** Base address register 5. */
    BAR5(5),
    /** Expansion ROM. */
    ROM(6),
    /** Configuration space. */
    CONFIG(7),
    /** Legacy VGA ranges. */
    VGA(8);

    private final int index;

    RegionIndex(int index) {
        this.index = index;
    }

    /** The number on the wire. */
    public int index() {
        return index;
    }

    /** Whether it is one of the six base address registers. */
    public boolean isBar() {
        return compareTo(BAR5) <= 0;
    }

    /**
     * The region of a number on the wire.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static RegionIndex of(int index) {
        for (RegionIndex region : values()) {
            if (region.index == index) {
                return region;
            }
        }
        throw new IllegalArgumentException("no PCI region has the index " + index);
    }
}
