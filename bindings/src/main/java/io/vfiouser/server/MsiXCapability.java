package io.vfiouser.server;

import java.util.List;

/**
 * MSI-X (capability 11h), PCI 3.0 section 6.8.2.
 *
 * @param vectors number of table entries, 1 to 2048
 * @param tableBar the BAR that holds the table
 * @param tableOffset where in that BAR, a multiple of 8 bytes
 * @param pendingBitsBar the BAR that holds the pending bits
 * @param pendingBitsOffset where in that BAR, a multiple of 8 bytes
 */
public record MsiXCapability(
        int vectors, RegionIndex tableBar, long tableOffset, RegionIndex pendingBitsBar, long pendingBitsOffset)
        implements PciCapability {
    /** Capability identifier, PCI_CAP_ID_MSIX. */
    public static final int CAPABILITY_ID = 0x11;

    static final int LENGTH_BYTES = 12;
    private static final int MAXIMUM_VECTORS = 2048;
    private static final int OFFSET_SHIFT = 3;

    // Message control, bytes 2 and 3: section 6.8.2.3.
    static final CapabilityField TABLE_SIZE = new CapabilityField("mxc.ts", 2, 0, 11);
    static final CapabilityField RESERVED = new CapabilityField("mxc.reserved", 2, 11, 3);
    static final CapabilityField FUNCTION_MASK = new CapabilityField("mxc.fm", 2, 14, 1);
    static final CapabilityField ENABLE = new CapabilityField("mxc.mxe", 2, 15, 1);
    // Table and pending bits: sections 6.8.2.4 and 6.8.2.5.
    static final CapabilityField TABLE_BAR = new CapabilityField("mtab.tbir", 4, 0, 3);
    static final CapabilityField TABLE_OFFSET = new CapabilityField("mtab.to", 4, 3, 29);
    static final CapabilityField PENDING_BAR = new CapabilityField("mpba.pbir", 8, 0, 3);
    static final CapabilityField PENDING_OFFSET = new CapabilityField("mpba.pbao", 8, 3, 29);

    static final List<CapabilityField> FIELDS = List.of(
            CapabilityHeader.ID,
            CapabilityHeader.NEXT,
            TABLE_SIZE,
            RESERVED,
            FUNCTION_MASK,
            ENABLE,
            TABLE_BAR,
            TABLE_OFFSET,
            PENDING_BAR,
            PENDING_OFFSET);

    /** Checks the number of vectors, the BARs and the alignment of the offsets. */
    public MsiXCapability {
        if (vectors < 1 || vectors > MAXIMUM_VECTORS) {
            throw new IllegalArgumentException("MSI-X has 1 to " + MAXIMUM_VECTORS + " vectors, not " + vectors);
        }
        if (!tableBar.isBar() || !pendingBitsBar.isBar()) {
            throw new IllegalArgumentException("the MSI-X table and pending bits live in BARs");
        }
        if ((tableOffset | pendingBitsOffset) % (1 << OFFSET_SHIFT) != 0) {
            throw new IllegalArgumentException("MSI-X offsets are multiples of 8");
        }
    }

    @Override
    public int id() {
        return CAPABILITY_ID;
    }

    @Override
    public boolean extended() {
        return false;
    }

    @Override
    public byte[] encode() {
        byte[] bytes = new byte[LENGTH_BYTES];
        CapabilityHeader.ID.put(bytes, CAPABILITY_ID);
        TABLE_SIZE.put(bytes, vectors - 1);
        TABLE_BAR.put(bytes, tableBar.index());
        TABLE_OFFSET.put(bytes, tableOffset >> OFFSET_SHIFT);
        PENDING_BAR.put(bytes, pendingBitsBar.index());
        PENDING_OFFSET.put(bytes, pendingBitsOffset >> OFFSET_SHIFT);
        return bytes;
    }
}
